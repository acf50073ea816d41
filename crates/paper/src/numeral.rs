//! Numbers as documents write them: 一、（一）1.（1）, and dates without leading zeros.

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// 1 → 一, 12 → 十二, 20 → 二十, 132 → 一百三十二; beyond 999 in digits.
pub fn chinese_number(number: usize) -> String {
    let (hundreds, tens, ones) = (number / 100, number / 10 % 10, number % 10);
    if number == 0 || number > 999 {
        return number.to_string();
    }
    let mut out = String::new();
    if hundreds > 0 {
        out.push(DIGITS[hundreds]);
        out.push('百');
    }
    match (hundreds, tens) {
        (0, 0) => {}
        (_, 0) if ones > 0 => out.push('零'),
        (_, 0) => {}
        (0, 1) => out.push('十'),
        _ => {
            out.push(DIGITS[tens]);
            out.push('十');
        }
    }
    if ones > 0 {
        out.push(DIGITS[ones]);
    }
    out
}

/// The number before a heading: 一、（一）1.（1）
pub fn heading_number(level: u8, number: usize) -> String {
    match level {
        1 => format!("{}、", chinese_number(number)),
        2 => format!("（{}）", chinese_number(number)),
        3 => format!("{number}."),
        _ => format!("（{number}）"),
    }
}

/// `2023-09-05` → `2023年9月5日`; what is no date stays as it is.
pub fn chinese_date(day: &str) -> String {
    let mut parts = day.split('-').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten(), parts.next()) {
        (Some(year), Some(month), Some(day), None) => format!("{year}年{month}月{day}日"),
        _ => day.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{chinese_date, chinese_number, heading_number};

    #[test]
    fn numbers_read_as_they_are_spoken() {
        let words = [1, 10, 11, 20, 32, 100, 105, 110, 119, 240].map(chinese_number);
        let spoken =
            ["一", "十", "十一", "二十", "三十二", "一百", "一百零五", "一百一十", "一百一十九", "二百四十"];
        assert_eq!(words, spoken);
    }

    #[test]
    fn headings_count_in_four_ways() {
        assert_eq!([1, 2, 3, 4].map(|level| heading_number(level, 3)), ["三、", "（三）", "3.", "（3）"]);
    }

    #[test]
    fn a_date_has_no_leading_zeros() {
        assert_eq!(chinese_date("2023-09-05"), "2023年9月5日");
        assert_eq!(chinese_date("每月5日"), "每月5日");
    }
}
