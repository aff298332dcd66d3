using System.Globalization;

namespace Bacalhau.Protocol.Json;

/// <summary>Numbers as the reference writes them: shortest digits that read back, an exponent only below 1e-6 and from 1e21 on.</summary>
public static class GoNumber
{
    /// <summary>The JSON text of a finite number.</summary>
    public static string Format(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var size = Math.Abs(number);
        if (size == 0)
        {
            return double.IsNegative(number) ? "-0" : "0";
        }

        var digits = Digits(text, out var exponent);
        var sign = number < 0 ? "-" : "";
        return size is < 1e-6 or >= 1e21
            ? sign + Scientific(digits, exponent)
            : sign + Plain(digits, exponent);
    }

    /// <summary>The significant digits, and the power of ten of the first one.</summary>
    private static string Digits(string text, out int exponent)
    {
        var body = text.TrimStart('-');
        var exponentAt = body.IndexOf('E', StringComparison.Ordinal);
        exponent = exponentAt < 0 ? 0 : int.Parse(body.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = exponentAt < 0 ? body : body[..exponentAt];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var all = whole + (point < 0 ? "" : mantissa[(point + 1)..]);
        var leading = all.Length - all.TrimStart('0').Length;
        exponent += whole.Length - 1 - leading;
        return all.Trim('0');
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0')
            : $"{digits.AsSpan(0, exponent + 1)}.{digits.AsSpan(exponent + 1)}";
    }

    private static string Scientific(string digits, int exponent)
    {
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
    }
}
