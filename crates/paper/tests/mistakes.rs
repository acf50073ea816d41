//! What a template's writer is told: the line and what is wrong there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers beside the tests do
use shian_paper::{Template, Value};

fn first(source: &str) -> (usize, String) {
    let mistakes = Template::read(source).expect_err("a mistake");
    (mistakes[0].line, mistakes[0].message.clone())
}

#[test]
fn an_unknown_tag_attribute_or_place_is_named_with_its_line() {
    let (line, said) = first("<document>\n<p>好</p>\n<para>坏</para>\n</document>");
    assert_eq!((line, said.as_str()), (3, "没有 <para> 这种标签"));
    let (line, said) = first("<document>\n<p style=\"x\">好</p></document>");
    assert_eq!((line, said.as_str()), (2, "<p> 没有属性 style"));
    let (line, said) = first("<document>\n\n<tr><td>1</td></tr></document>");
    assert_eq!((line, said.as_str()), (3, "<tr> 不能写在<document> 里"));
    let (line, said) = first("<document>\n散落的字\n</document>");
    assert_eq!((line, said.as_str()), (2, "“散落的字”要写在 <p> 这样的标签里"));
}

#[test]
fn a_tag_left_open_is_pointed_at_where_it_began() {
    let (line, said) = first("<document>\n<p>一\n<p>二</p>\n</document>");
    assert_eq!(line, 3);
    assert!(said.contains("<p> 不能写在<p> 里"), "{said}");
}

#[test]
fn code_that_is_wrong_and_names_that_are_not_there_have_their_line() {
    let (line, said) = first("<document>\n{% if %}\n</document>");
    assert_eq!(line, 2, "{said}");
    let template = Template::read("<document>\n<p>{{ record.nam }}</p>\n</document>").unwrap();
    assert!(template.names().contains("record.nam"));
    let record = Value::from_pairs([("name", "甲")]);
    let error = template.render(&Value::from_pairs([("record", record)])).unwrap_err();
    assert!(error.to_string().contains("第 2 行"), "{error}");
}

#[test]
fn what_data_says_is_never_taken_for_a_tag() {
    let template = Template::read("<document><p>{{ name }}</p></document>").unwrap();
    let document = template.render(&Value::from_pairs([("name", "<b>甲</b> & 乙")])).unwrap();
    assert!(document.html().contains("&lt;b&gt;甲&lt;/b&gt; &amp; 乙"), "{}", document.html());
}
