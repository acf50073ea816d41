//! Labels that say what the bodies after them are: 责任单位：, 牵头单位：, 主办：, 完成时限：.
//!
//! ```text
//! label = role-word ((和|及|、) role-word)? noun? ：      on a line, in a bracket or within a line
//! ```

use crate::plan::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// `None` for labels of other things (时限, 责任人), which end a list of bodies.
    pub role: Option<Role>,
    /// Bytes, colon included.
    pub len: usize,
}

const ROLES: &[(&str, Role)] = &[
    ("牵头责任", Role::Lead),
    ("牵头负责", Role::Lead),
    ("牵头配合", Role::Lead),
    ("总牵头", Role::Lead),
    ("牵头", Role::Lead),
    ("主办", Role::Lead),
    ("主责", Role::Lead),
    ("主要责任", Role::Responsible),
    ("配合责任", Role::Cooperate),
    ("协同配合", Role::Cooperate),
    ("配合", Role::Cooperate),
    ("协办", Role::Cooperate),
    ("协助", Role::Cooperate),
    ("协同", Role::Cooperate),
    ("协作", Role::Cooperate),
    ("参与", Role::Cooperate),
    ("参加", Role::Cooperate),
    ("会办", Role::Cooperate),
    ("支持", Role::Cooperate),
    ("责任落实", Role::Responsible),
    ("责任", Role::Responsible),
    ("具体负责", Role::Responsible),
    ("负责", Role::Responsible),
    ("落实", Role::Responsible),
    ("承办", Role::Responsible),
    ("承担", Role::Responsible),
    ("实施", Role::Responsible),
    ("执行", Role::Responsible),
    ("主管", Role::Responsible),
    ("监管", Role::Responsible),
    ("完成", Role::Responsible),
];

const NOUNS: &[&str] = &[
    "单位(部门)",
    "部门(单位)",
    "单位及分工",
    "单位",
    "部门",
    "科室",
    "股室",
    "处室",
    "机构",
    "主体",
    "分工",
    "科所",
    "站所",
    "方",
    "组",
];

const OTHERS: &[&str] = &[
    "完成时限",
    "完成时间",
    "完成期限",
    "时间安排",
    "时间节点",
    "时间要求",
    "进度安排",
    "工作时限",
    "办理时限",
    "责任人",
    "责任领导",
    "分管领导",
    "牵头领导",
    "牵头人",
    "联系人",
    "联系电话",
    "备注",
    "时限要求",
    "时限",
    "时间",
    "负责人",
    "工作目标",
    "责任人员",
    "市级领导",
];

/// A label at the start of `s`: with its colon, or a whole noun (牵头单位) with something after it.
pub(crate) fn at_start(s: &str) -> Option<Label> {
    if let Some(other) = OTHERS.iter().find(|w| s.starts_with(**w)) {
        let rest = &s[other.len()..];
        return rest.starts_with('：').then(|| Label { role: None, len: other.len() + '：'.len_utf8() });
    }
    let open = if s.starts_with('[') { 1 } else { 0 };
    let (word, role) = role_word(&s[open..])?;
    let mut len = open + word;
    if let Some(more) = ["和", "及", "、", "或", "(", "/"].iter().find(|w| s[len..].starts_with(**w))
        && let Some((second, _)) = role_word(&s[len + more.len()..])
    {
        len += more.len() + second;
    }
    let noun = NOUNS.iter().find(|n| s[len..].starts_with(**n)).map_or(0, |n| n.len());
    len += noun;
    if open > 0 {
        // 【责任单位】, 【责任单位：】: a bracket around more than the label is a duty in brackets
        let rest = &s[len..];
        let closed = ["]：", "：]", "]"].iter().find(|c| rest.starts_with(**c))?;
        return Some(Label { role: Some(role), len: len + closed.len() });
    }
    let colon = ["：", ":", "为：", "是："].iter().find(|c| s[len..].starts_with(**c))?;
    Some(Label { role: Some(role), len: len + colon.len() })
}

/// A label without a colon, as in columns of text: 牵头单位 市农业农村局.
pub(crate) fn bare_at_start(s: &str) -> Option<Label> {
    let (word, role) = role_word(s)?;
    let noun = ["单位", "部门", "科室"].iter().find(|n| s[word..].starts_with(**n))?;
    let len = word + noun.len();
    let len = len + ["为", "是"].iter().find(|c| s[len..].starts_with(**c)).map_or(0, |c| c.len());
    Some(Label { role: Some(role), len })
}

/// A label in the sentence: 牵头单位为市农业农村局.
pub(crate) fn said_at_start(s: &str) -> Option<Label> {
    bare_at_start(s).filter(|l| s[..l.len].ends_with(['为', '是']))
}

fn role_word(s: &str) -> Option<(usize, Role)> {
    ROLES.iter().find(|(word, _)| s.starts_with(word)).map(|(word, role)| (word.len(), *role))
}

/// A line that begins with a label of bodies.
pub(crate) fn is_label_line(s: &str) -> bool {
    at_start(s).is_some_and(|l| l.role.is_some())
}
