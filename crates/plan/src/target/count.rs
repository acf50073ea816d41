//! When a count without a word of comparison is a target: 新建6个快检室, 示范店20家; and when it is scope.

use super::number::Quantity;

/// Acts whose object is a count to be reached.
const ACTS: &[&str] = &[
    "新建",
    "改建",
    "扩建",
    "建设",
    "建成",
    "创建",
    "打造",
    "培育",
    "培养",
    "选树",
    "树立",
    "评选",
    "遴选",
    "命名",
    "扶持",
    "发展",
    "新增",
    "增加",
    "改造",
    "提升",
    "完成",
    "开展",
    "组织",
    "举办",
    "召开",
    "举行",
    "发布",
    "制作",
    "播放",
    "播出",
    "张贴",
    "发放",
    "印发",
    "印制",
    "曝光",
    "公布",
    "查办",
    "侦办",
    "破获",
    "培训",
    "检查",
    "抽检",
    "抽查",
    "监测",
    "检测",
    "快检",
    "采集",
    "采样",
    "配备",
    "配置",
    "配齐",
    "招录",
    "聘任",
    "聘请",
    "设立",
    "设置",
    "建立",
    "推出",
    "编制",
    "制定",
    "制修订",
    "修订",
    "出台",
    "安排",
    "扩项",
    "认定",
    "认证",
    "推广",
    "推介",
    "演练",
    "宣传",
    "刊发",
    "推送",
    "报送",
    "上报",
    "检验",
    "评审",
    "评定",
    "办理",
    "征集",
    "开设",
    "开办",
    "引进",
    "购置",
    "更新",
    "整治",
    "清理",
    "取缔",
    "承办",
    "备案",
    "投放",
    "听取",
    "研究",
    "调度",
    "督导",
    "督查",
    "巡查",
    "走访",
    "约谈",
    "创成",
    "申报",
    "达标",
    "种植",
    "投入",
    "悬挂",
    "打掉",
    "列支",
    "拨付",
    "筹措",
    "侦破",
    "捣毁",
    "争创",
    "编印",
    "录制",
    "拍摄",
    "撰写",
    "编发",
    "刊登",
    "刊播",
    "开通",
    "布设",
    "选派",
    "选聘",
    "招聘",
    "帮扶",
    "淘汰",
    "抽样",
    "评估",
    "核查",
    "回访",
    "会商",
    "通报",
    "公示",
    "公开",
    "规范",
];

/// Words right before a figure that make it scope: 聚焦15个品种, 等4种农药.
const SCOPES: &[&str] = &[
    "聚焦", "围绕", "针对", "紧盯", "突出", "抓住", "等", "在", "对", "以", "涉及", "覆盖", "全县", "全市",
    "全区", "全省", "辖区", "周边", "上述", "其余", "前", "后", "近", "连续", "满", "超", "共", "这", "该",
    "每",
];

/// Acts that make a thing there was not: their object counts also in words.
const BUILDS: &[&str] = &[
    "新建", "建成", "建设", "创建", "打造", "培育", "新增", "改造", "扶持", "选树", "评选", "配备", "招录",
    "聘请", "举办", "培训", "检查", "抽检",
];

/// Nouns that are counted by name, not as a goal: 三项机制.
const NAMED: &[&str] = &[
    "机制", "体系", "制度", "清单", "责任", "重点", "方面", "环节", "关键", "到位", "平台", "专项", "行动",
    "方案", "台账", "理念", "原则",
];

/// A count in Chinese numerals: 两期 and 十二场 are asked for, 一批 and 三项机制 are not.
fn words_ask(q: &Quantity, left: &str, right: &str, alone: bool) -> bool {
    let once = q.value == rust_decimal::Decimal::ONE;
    let often = matches!(q.unit.as_str(), "次" | "场" | "期" | "轮" | "遍");
    let usual = matches!(
        q.unit.as_str(),
        "批次" | "家" | "座" | "场次" | "学时" | "条" | "课时" | "份" | "万份" | "人次" | "名"
    );
    let large = q.value >= rust_decimal::Decimal::TEN;
    let named = NAMED.iter().any(|n| right.starts_with(n)) || q.unit == "项" && !alone;
    let acts = if often || usual || large { ACTS } else { BUILDS };
    let act = acts.iter().any(|a| left.ends_with(a)) || alone && acts.iter().any(|a| left.contains(a));
    act && !named && (!once || often)
}

/// Whether the count is asked for. `clause` stands before the figure in its clause, `sentence` in its sentence.
pub(crate) fn is_asked(
    q: &Quantity,
    clause: &str,
    sentence: &str,
    right: &str,
    printed: bool,
    per: bool,
) -> bool {
    let alone = right.is_empty()
        || right.starts_with(['，', '。', '；', '、', '(', ')', ']', '和', '：', '及', '[', '”']);
    let limit =
        ["以上", "以下", "以内", "及以上", "左右", "(含)以上"].iter().find_map(|w| right.strip_prefix(w));
    if let Some(rest) = limit {
        // 100人以上聚餐 is scope; 新建30家以上 and 培训2000人次以上 are asked for
        let ends = rest.is_empty() || rest.starts_with(['，', '。', '；', '、', ')', '和']);
        let act = ACTS.iter().any(|a| clause.ends_with(a)) && !rest.starts_with('的');
        let compared = ["不少于", "不低于", "至少"].iter().any(|w| clause.ends_with(w))
            || ends && clause.ends_with("达到");
        let scope = SCOPES.iter().any(|w| clause.ends_with(w))
            && !["控制在", "保持在", "稳定在", "限制在"].iter().any(|w| clause.ends_with(w));
        return ends && !scope || act && !matches!(q.unit.as_str(), "人") || compared;
    }
    if printed || per {
        return true;
    }
    if SCOPES.iter().any(|w| clause.ends_with(w)) {
        return false;
    }
    // an item of a list or a cell that is nothing but this figure: 示范店20家
    if right.is_empty()
        && clause.len() == sentence.len()
        && !q.words
        && !matches!(q.unit.as_str(), "人" | "分" | "单位" | "级")
    {
        return true;
    }
    // 组织32家单位开展: who takes part, not how many are asked for; 学校36家全部达标: all there are
    let takes_part =
        clause.ends_with("组织") && matches!(q.unit.as_str(), "家" | "户" | "个" | "所" | "名") && !alone;
    if takes_part
        || right.contains("全部")
        || ["全部", "均", "都"].iter().any(|w| right.trim_start_matches(['、', '，']).starts_with(w))
    {
        return false;
    }
    let act = ACTS.iter().any(|a| clause.ends_with(a));
    if q.words {
        return words_ask(q, clause, right, alone);
    }
    // 推动3家企业通过认证
    let moved =
        ["推动", "引导", "支持", "指导", "帮助", "鼓励", "助推", "促进"].iter().any(|w| clause.ends_with(w))
            && ["通过", "取得", "获得", "达到", "完成", "建成", "创建", "升级", "转型"]
                .iter()
                .any(|w| right.contains(w));
    // 完成省级下达的200批次抽检任务
    let set = clause.ends_with('的')
        && clause.contains("完成")
        && ["下达", "安排", "交办", "分配", "部署"].iter().any(|w| clause.contains(w));
    if q.unit == "分" || q.unit == "单位" {
        return false;
    }
    act || set
        || moved
        || alone
            && ACTS.iter().any(|a| clause.contains(a) || sentence.contains(a))
            && !clause.starts_with('对')
}
