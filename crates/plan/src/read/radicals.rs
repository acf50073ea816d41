//! Some PDF makers print radicals in place of the signs they look like: ⼯ for 工, ⻝ for 食.

use unicode_normalization::UnicodeNormalization;

/// Every radical replaced by the sign it stands for.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(sign).collect()
}

fn sign(c: char) -> char {
    match c {
        // Kangxi radicals: compatibility forms of whole signs
        '\u{2F00}'..='\u{2FD5}' => c.nfkc().next().unwrap_or(c),
        '\u{2E80}'..='\u{2EF3}' => supplement(c),
        other => other,
    }
}

/// The radicals supplement, which has no compatibility forms; signs that stand alone in Chinese text.
fn supplement(c: char) -> char {
    match c {
        '\u{2E81}' => '厂',
        '\u{2E84}' => '乙',
        '\u{2E87}' => '几',
        '\u{2E88}' => '刀',
        '\u{2E8A}' => '卜',
        '\u{2E8C}' | '\u{2E8D}' => '小',
        '\u{2E8E}' => '兀',
        '\u{2E92}' => '巳',
        '\u{2E93}' => '幺',
        '\u{2E9B}' => '旡',
        '\u{2E9C}' => '日',
        '\u{2E9D}' => '月',
        '\u{2E9F}' => '母',
        '\u{2EA0}' => '民',
        '\u{2EA2}' => '水',
        '\u{2EA4}' => '爪',
        '\u{2EA7}' => '牛',
        '\u{2EA9}' => '王',
        '\u{2EAA}' => '疋',
        '\u{2EAC}' => '示',
        '\u{2EAF}' => '糸',
        '\u{2EB6}' | '\u{2EB7}' => '羊',
        '\u{2EBA}' | '\u{2EBB}' => '聿',
        '\u{2EBC}' => '月',
        '\u{2EBD}' => '臼',
        '\u{2EC1}' => '虎',
        '\u{2EC4}' => '西',
        '\u{2EC5}' => '见',
        '\u{2EC6}' => '角',
        '\u{2EC9}' => '贝',
        '\u{2ECA}' => '足',
        '\u{2ECB}' => '车',
        '\u{2ED1}' | '\u{2ED3}' => '长',
        '\u{2ED4}' => '门',
        '\u{2ED7}' => '雨',
        '\u{2ED8}' => '青',
        '\u{2ED9}' => '韦',
        '\u{2EDA}' => '页',
        '\u{2EDB}' => '风',
        '\u{2EDC}' => '飞',
        '\u{2EDD}' | '\u{2EDE}' => '食',
        '\u{2EE1}' => '首',
        '\u{2EE2}' => '马',
        '\u{2EE3}' => '骨',
        '\u{2EE4}' => '鬼',
        '\u{2EE5}' => '鱼',
        '\u{2EE6}' => '鸟',
        '\u{2EE7}' => '卤',
        '\u{2EE8}' => '麦',
        '\u{2EE9}' => '黄',
        '\u{2EEA}' => '黾',
        '\u{2EEC}' => '齐',
        '\u{2EEE}' => '齿',
        '\u{2EF0}' => '龙',
        '\u{2EF3}' => '龟',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn radicals_become_the_signs_they_look_like() {
        assert_eq!(folded("⼯作、⻝品、⼈⺠、⻋⻔（⼀）"), "工作、食品、人民、车门（一）");
    }
}
