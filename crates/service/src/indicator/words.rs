//! An indicator's formula in plain Chinese, as an official would say it.
use shian_pack::expr::{Expr, PackTitles, words};
use shian_pack::indicator::{Evidence, Having, Indicator, Rate, Shape, Share, Tally, Window};
use shian_pack::{Pack, Register};

/// The pack's own words, or the formula said from its declaration.
pub fn formula(pack: &Pack, indicator: &Indicator) -> String {
    if let Some(words) = &indicator.words {
        return words.clone();
    }
    match &indicator.shape {
        Shape::Share(share) => of_share(pack, indicator, share),
        Shape::Rate(rate) => of_rate(pack, indicator, rate),
        Shape::Entered(entered) => match pack.register(&entered.register) {
            Some(register) => {
                let which = narrowed(pack, register, entered.filter.as_ref());
                format!("取{which}中最近填报的{}。", title(register, &entered.field))
            }
            None => indicator.title.clone(),
        },
    }
}

fn of_share(pack: &Pack, indicator: &Indicator, share: &Share) -> String {
    let Some(of) = pack.register(&share.of) else { return indicator.title.clone() };
    let when = period(indicator.window);
    let own = if of.when.is_some() { when } else { "" };
    let all = narrowed(pack, of, share.filter.as_ref());
    let weighed = share.weigh.as_ref().map(|field| format!("，按{}计", title(of, field))).unwrap_or_default();
    let counting = match &share.having {
        Having::Own(holds) => said(pack, of, holds),
        Having::Linked { register, filter, need, .. } => match pack.register(register) {
            Some(linked) => {
                let which = narrowed(pack, linked, filter.as_ref());
                let when = if of.when.is_none() && linked.when.is_some() { when } else { "" };
                match need {
                    Evidence::Count(1) => format!("{when}有{which}"),
                    Evidence::Count(count) => format!("{when}至少有{count}条{which}"),
                    Evidence::Sum { field, at_least } => {
                        let sum = title(linked, field);
                        format!("{when}{which}的{sum}合计不少于{}", at_least.normalize())
                    }
                }
            }
            None => String::new(),
        },
    };
    format!("分母：{own}{all}{weighed}。分子：其中{counting}的{weighed}。")
}

fn of_rate(pack: &Pack, indicator: &Indicator, rate: &Rate) -> String {
    let counted = |tally: &Tally| {
        let Some(register) = pack.register(&tally.register) else { return String::new() };
        let when = if register.when.is_some() { period(indicator.window) } else { "" };
        let which = narrowed(pack, register, tally.filter.as_ref());
        match &tally.sum {
            Some(field) => format!("{when}{which}的{}之和", title(register, field)),
            None => format!("{when}{which}的条数"),
        }
    };
    let above = counted(&rate.count);
    let Some(per) = &rate.per else { return format!("{above}。") };
    let times = rate.times.normalize();
    let times =
        if rate.times == rust_decimal::Decimal::ONE { String::new() } else { format!("，再乘以{times}") };
    format!("{above}，除以{}{times}。", counted(per))
}

fn period(window: Window) -> &'static str {
    match window {
        Window::Always => "",
        Window::Month => "本月",
        Window::Quarter => "本季度",
        Window::Year => "本年",
        Window::Months(12) => "近12个月",
        Window::Months(24) => "近两年",
        Window::Months(_) => "滚动期内",
    }
}

fn narrowed(pack: &Pack, register: &Register, filter: Option<&Expr>) -> String {
    match filter {
        Some(filter) => format!("{}（{}）", register.title, said(pack, register, filter)),
        None => register.title.clone(),
    }
}

fn said(pack: &Pack, register: &Register, expr: &Expr) -> String {
    words(&expr.node, &PackTitles { pack, register })
}

fn title(register: &Register, field: &str) -> String {
    register.fields.get(field).map_or_else(|| field.to_owned(), |field| field.title.clone())
}
