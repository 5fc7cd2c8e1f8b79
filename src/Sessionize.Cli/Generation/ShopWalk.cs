using System.Globalization;

namespace Sessionize.Cli.Generation;

/// <summary>The pages of a shop, in the order in which somebody walks through it.</summary>
internal static class ShopWalk
{
    private const int Products = 500;
    private const int Robots = 1000;

    public static string Entry(Dice dice) => dice.Share() switch
    {
        < 0.5 => "home",
        < 0.7 => "search",
        < 0.8 => $"campaign/{dice.Choose("spring", "mail", "friends")}",
        _ => Product(dice),
    };

    /// <summary>The page after a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="isLast">Whether the visit ends with it.</param>
    /// <param name="dice">The visitor's dice.</param>
    public static string Next(string page, bool isLast, Dice dice)
    {
        if (isLast && page != "logout" && dice.Chance(0.1))
        {
            return "logout";
        }

        double share = dice.Share();
        return page.Split('/')[0] switch
        {
            "home" or "logout" => share < 0.5 ? Category(dice) : share < 0.75 ? "search" : share < 0.95 ? Product(dice) : "account",
            "category" => share < 0.7 ? Product(dice) : share < 0.9 ? Category(dice) : "home",
            "search" => share < 0.7 ? Product(dice) : share < 0.9 ? "search" : "home",
            "product" => share < 0.4 ? Product(dice) : share < 0.65 ? Category(dice) : share < 0.85 ? "cart" : "home",
            "cart" => share < 0.5 ? "checkout" : Product(dice),
            "checkout" => share < 0.7 ? "confirmation" : "cart",
            "confirmation" => share < 0.5 ? "account" : "home",
            "account" => share < 0.3 ? "logout" : "home",
            _ => Product(dice),
        };
    }

    /// <summary>A robot reads one product after the other.</summary>
    public static string NextOfRobot(string? page)
    {
        string? number = page?.Split('/') is ["product", var text] ? text : null;
        return page is null ? "robots.txt"
            : string.Create(CultureInfo.InvariantCulture, $"product/{(number is null ? 1 : (int.Parse(number, CultureInfo.InvariantCulture) % Robots) + 1)}");
    }

    private static string Category(Dice dice) => $"category/{dice.Choose("shoes", "books", "garden", "kitchen", "toys")}";

    /// <summary>Few products have most of the visitors.</summary>
    private static string Product(Dice dice) => string.Create(CultureInfo.InvariantCulture, $"product/{1 + (int)(Products * Math.Pow(dice.Share(), 3))}");
}
