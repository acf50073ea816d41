//! Numbers that prove themselves: check digits of credit codes, identity cards, licences and GTINs, and phone numbers.
//!
//! Each function takes half-width text, gives it back in its one spelling (capitals, no spaces or hyphens), or says in
//! Chinese what is wrong with it. A right check digit is no proof that the thing exists.
use chrono::NaiveDate;

/// Characters of a credit code: no I, O, S, V, Z. The value of a character is its place.
const CREDIT_LETTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const CARD_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The last character of an identity card, by the sum modulo 11.
const CARD_CHECKS: &str = "10X98765432";

/// 统一社会信用代码, GB 32100-2015: 18 characters, the last checks the others.
///
/// # Errors
/// In words: wrong length, a character that cannot occur, a wrong check character.
pub fn credit_code(text: &str) -> Result<String, String> {
    let code = squeeze(text);
    length(&code, 18, "统一社会信用代码")?;
    let mut values = Vec::with_capacity(18);
    for c in code.chars() {
        let Some(value) = place(CREDIT_LETTERS, c) else {
            return Err(format!("统一社会信用代码里没有字符“{c}”（不用 I、O、S、V、Z）"));
        };
        values.push(value);
    }
    let sum: u32 = values.iter().zip(CREDIT_WEIGHTS).map(|(value, weight)| value * weight).sum();
    if values[17] != (31 - sum % 31) % 31 {
        return Err("统一社会信用代码的校验码不对，请核对有没有抄错".to_owned());
    }
    Ok(code)
}

/// 居民身份证号, GB 11643-1999: 18 characters with a real birthday.
///
/// # Errors
/// In words: wrong length, no such birthday, a wrong check character.
pub fn id_card(text: &str) -> Result<String, String> {
    let card = squeeze(text);
    length(&card, 18, "身份证号")?;
    let Some(digits) = digits(&card[..17]) else {
        return Err("身份证号的前 17 位应为数字".to_owned());
    };
    if NaiveDate::parse_from_str(&card[6..14], "%Y%m%d").is_err() {
        return Err("身份证号第 7 至 14 位不是日期".to_owned());
    }
    let sum: u32 = digits.iter().zip(CARD_WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    if CARD_CHECKS.chars().nth((sum % 11) as usize) != card.chars().nth(17) {
        return Err("身份证号的校验码不对，请核对有没有抄错".to_owned());
    }
    Ok(card)
}

/// 食品生产/经营许可证编号 (SC, JY) and 预包装备案编号 (YB): two letters and 14 digits, ISO 7064 MOD 11,10.
///
/// # Errors
/// In words: wrong letters, wrong length, a wrong check digit.
pub fn licence_no(text: &str) -> Result<String, String> {
    let number = squeeze(text);
    if !["SC", "JY", "YB"].iter().any(|letters| number.starts_with(letters)) {
        return Err("许可证编号应以 SC、JY 或 YB 开头".to_owned());
    }
    length(&number, 16, "许可证编号")?;
    let Some(digits) = digits(&number[2..]) else {
        return Err("许可证编号的字母后面应为 14 位数字".to_owned());
    };
    let product = digits[..13].iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    if digits[13] != (11 - product) % 10 {
        return Err("许可证编号的校验码不对，请核对有没有抄错".to_owned());
    }
    Ok(number)
}

/// GTIN-8, -12, -13 or -14 (商品条码), GS1 check digit.
///
/// # Errors
/// In words: wrong length, a wrong check digit.
pub fn gtin(text: &str) -> Result<String, String> {
    let code = squeeze(text);
    let (Some(digits), 8 | 12 | 13 | 14) = (digits(&code), code.len()) else {
        return Err("商品条码应为 8、12、13 或 14 位数字".to_owned());
    };
    // From the right, the check digit aside: 3, 1, 3, 1 …
    let weighed = digits.iter().rev().skip(1).zip([3, 1].into_iter().cycle());
    let sum: u32 = weighed.map(|(digit, weight)| digit * weight).sum();
    if digits.last() != Some(&((10 - sum % 10) % 10)) {
        return Err("商品条码的校验码不对，请核对有没有抄错".to_owned());
    }
    Ok(code)
}

/// 手机号, or 固定电话 with its area code and perhaps an extension; 400 and 800 numbers; short hotlines (12315).
///
/// # Errors
/// In words: not a phone number.
pub fn phone(text: &str) -> Result<String, String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.strip_prefix("+86").unwrap_or(&plain);
    let bare: String = plain.chars().filter(|c| !matches!(c, '-' | '(' | ')')).collect();
    let mobile = bare.len() == 11 && bare.starts_with('1') && !bare.starts_with("10");
    // 3 or 4 digits of area, 7 or 8 of the number, up to 5 of the extension after a hyphen.
    let (number, extension) = match plain.rsplit_once('-') {
        Some((number, extension)) if number.len() >= 10 => (number, extension),
        _ => (plain, ""),
    };
    let number: String = number.chars().filter(|c| !matches!(c, '-' | '(' | ')')).collect();
    let landline = number.starts_with('0') && (10..=12).contains(&number.len()) && extension.len() <= 5;
    let service = bare.len() == 10 && (bare.starts_with("400") || bare.starts_with("800"));
    let local = matches!(bare.len(), 7 | 8) && !bare.starts_with(['0', '1']);
    let hotline = matches!(bare.len(), 3..=6) && bare.starts_with('1');
    if bare.bytes().all(|b| b.is_ascii_digit()) && (mobile || landline || service || local || hotline) {
        return Ok(if mobile { bare } else { plain.to_owned() });
    }
    Err("不是电话号码：手机 11 位，固定电话写区号，如 0376-3701234".to_owned())
}

fn squeeze(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.collect::<String>().to_uppercase()
}

fn length(code: &str, wanted: usize, name: &str) -> Result<(), String> {
    let count = code.chars().count();
    if !code.is_ascii() {
        return Err(format!("{name}只用字母和数字"));
    }
    if count == wanted { Ok(()) } else { Err(format!("{name}应为 {wanted} 位，现在 {count} 位")) }
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn place(letters: &str, letter: char) -> Option<u32> {
    letters.chars().position(|c| c == letter).and_then(|at| u32::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn right_numbers_pass_and_one_wrong_character_does_not() {
        for code in ["91411503MA40A1B28X", "91411503MA9F000156", "92411503MA40A1B28T", "91411503005987318M"] {
            assert_eq!(credit_code(code), Ok(code.to_owned()));
        }
        for code in ["91411503MA40A1B289", "91411503MA40O1B28X", "91411503MA40A1B28", "九"] {
            assert!(credit_code(code).is_err(), "{code}");
        }
        for number in ["JY14115030000016", "JY24115031234565", "SC10141150300018", "SC10441150301231"] {
            assert_eq!(licence_no(number), Ok(number.to_owned()));
        }
        for number in ["JY24115031234566", "XX24115031234565", "JY2411503123456"] {
            assert!(licence_no(number).is_err(), "{number}");
        }
        assert!(id_card("411503199001010011").is_ok());
        assert!(id_card("411503199001010012").is_err());
        assert!(id_card("411503199013010011").unwrap_err().contains("日期"));
        assert!(gtin("6948195800323").is_ok());
        assert!(gtin("6948195800324").is_err());
        assert!(gtin("96385074").is_ok() && gtin("036000291452").is_ok() && gtin("10012345678902").is_ok());
    }

    #[test]
    fn one_spelling_is_kept() {
        assert_eq!(credit_code(" 91411503ma40a1b28x "), Ok("91411503MA40A1B28X".to_owned()));
        assert_eq!(licence_no("jy1 411503 0000016"), Ok("JY14115030000016".to_owned()));
        assert_eq!(phone("138-0000-0000"), Ok("13800000000".to_owned()));
        assert_eq!(phone("+86 138 0000 0000"), Ok("13800000000".to_owned()));
    }

    #[test]
    fn phones_of_all_sorts() {
        for number in
            ["0376-3701234", "(0376)3701234", "010-12345678-801", "400-700-1234", "3701234", "12315"]
        {
            assert!(phone(number).is_ok(), "{number}");
        }
        for number in ["", "无", "138000000", "1380000000000", "0376", "23800000000"] {
            assert!(phone(number).is_err(), "{number}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_panic(text in "\\PC{0,20}") {
            for check in [credit_code, id_card, licence_no, gtin, phone] {
                let _ = check(&text);
            }
        }

        #[test]
        fn a_right_number_stays_right_when_read_again(n in 0u64..10_000_000_000_000) {
            for check in 0..10 {
                let number = format!("SC{n:013}{check}");
                if let Ok(once) = licence_no(&number) {
                    prop_assert_eq!(licence_no(&once), Ok(number));
                }
            }
        }
    }
}
