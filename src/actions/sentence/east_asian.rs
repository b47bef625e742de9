//! Verbs of Chinese, Japanese and Korean clauses, where no space or ending tells where they stand: in Japanese and Korean the last one
//! rules, in Chinese the first.

use super::{Verb, is_joined, negated};
use crate::grammar::{Form, List};
use crate::rules;
use crate::verdict::Class;
use crate::words::{Gap, Script, Word};

/// How many characters into a Chinese sentence its verb may stand; later ones are part of names of things.
const VERB_WITHIN: usize = 9;
/// The same behind 把 or 将, which put the thing before the verb.
const THING_FIRST: usize = 24;
/// The longest verb that another one may be the end of: アンインストール.
const LONGEST: usize = 8;
/// How far behind a verb 前 may stand.
const BEFORE_WITHIN: usize = 6;
/// What makes another word of the 前 behind it: 当前, 目前, 提前.
const NOT_YET: [&str; 5] = ["当", "當", "目", "提", "往"];
/// What 前 makes another word of: 前十, 前端, 前缀, 前回.
const AHEAD: [char; 39] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'n', 'k', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百',
    '千', '几', '数', '半', '端', '缀', '綴', '面', '台', '后', '往', '置', '回', '日', '月', '年',
];
/// Please use, in Chinese, Japanese and Korean.
const PLEASE: [&str; 8] =
    ["请使用", "请用", "请调用", "請使用", "使ってください", "使用してください", "사용하세요", "사용하십시오"];
/// How far behind a verb its negation may stand: 変更は行いません.
const NEGATED_WITHIN: usize = 8;

/// The verb that rules a clause, and one that stands in for it where it says little by itself (输入运单号查询物流).
pub(super) fn heads(clause: &[Word]) -> Vec<Verb> {
    // 根据姓名来获取信息, 从网页中提取文本: what opens with a preposition says what is done behind the particle that closes it.
    if clause[0].is(List::EastAsianPrepositions) {
        let closes = |at: &usize| clause[at - 1].is(List::EastAsianParticles);
        if let Some(verb) = (1..clause.len()).filter(closes).find_map(|at| find(clause, at)) {
            return vec![verb];
        }
    }
    if is_verb_last(clause) {
        // 테스트를 돌립니다: a thing is done only where nothing else is.
        let backwards = || (0..clause.len()).rev().filter_map(|at| Some(whole(clause, find(clause, at)?)));
        let mut verbs = enough(backwards().filter(|verb| is_done(clause, verb)));
        // 결제 실패 사유를 묶습니다: another act than those that are known.
        let other = clause.last().is_some_and(|last| is_korean(last) && last.text().ends_with('다'));
        if verbs.is_empty() && !other {
            verbs = enough(backwards());
        }
        verbs.reverse();
        return verbs;
    }
    let thing_first = clause.iter().take(3).any(|word| matches!(&*word.text(), "把" | "将"));
    let within = if thing_first { THING_FIRST } else { VERB_WITHIN };
    let from = |start: usize| enough((start..clause.len().min(start + within)).filter_map(|at| find(clause, at)));
    // 如果用户想取消订单，先查询订单: what opens with a condition says behind the comma what is done.
    if matches!(&*clause[0].text(), "如" | "若" | "当" | "當") {
        let comma = clause.iter().skip(1).position(|word| word.gap == Gap::Comma);
        if let Some(verbs) = comma.map(|at| from(at + 1)).filter(|verbs| !verbs.is_empty()) {
            return verbs;
        }
    }
    let verbs = from(0);
    // 域名注册信息查询: the name of what is read, whatever else stands in it.
    let is_within = verbs.first().is_some_and(|first| first.at > 0) && !thing_first;
    if is_within && !clause.iter().any(|word| word.is(List::EastAsianThen)) {
        let names = |verb: &Verb| verb.end() == clause.len() && rules::lexicon().reads(verb.verb);
        let closing = (1..clause.len()).find_map(|at| find(clause, at).filter(names));
        return closing.map_or(verbs, |last| vec![last]);
    }
    verbs
}

/// The first of some verbs, or the first two, where one by itself says little.
fn enough(verbs: impl Iterator<Item = Verb>) -> Vec<Verb> {
    let mut found: Vec<Verb> = Vec::new();
    for verb in verbs {
        // Part of one that is found already.
        if found.iter().any(|other| verb.at < other.end() && other.at < verb.end()) {
            continue;
        }
        found.push(verb);
        if found.len() == 2 || rules::lexicon().says_enough(verb.verb) {
            break;
        }
    }
    found
}

/// The verbs before the one that rules a Japanese or Korean clause that are done as well: コマンドを実行し、結果を返す, 생성, 수정, 삭제합니다.
pub(super) fn before(clause: &[Word], head: &Verb) -> Vec<Verb> {
    let mut verbs = Vec::new();
    if !is_verb_last(clause) {
        return verbs;
    }
    let mut at = 0;
    while at < head.at {
        let done = |verb: &Verb| verb.end() <= head.at && (goes_on(clause, verb) || is_carried_out(clause, verb, head));
        let found = find(clause, at).map(|verb| whole(clause, verb)).filter(done);
        at = found.map_or(at + 1, |verb| verb.end());
        verbs.extend(found);
    }
    verbs
}

/// A verb that is neither negated nor part of a word for a thing.
fn find(clause: &[Word], at: usize) -> Option<Verb> {
    // 不会被删除: what is negated is not done.
    let is_denied = |verb: &Verb| negated(&clause[..at]) || denied(clause, verb) || is_no_act(clause, verb.end());
    Verb::find(clause, at, |form| form == Form::Foreign).filter(|verb| !is_denied(verb))
}

/// 删除前请先查看, 执行 SQL 之前: whether what is told of is before the verb that `rest` follows. 前端, 前十条, 当前 are other words.
fn is_yet_to_come(rest: &[Word]) -> bool {
    let near = rest.iter().take_while(|word| word.gap <= Gap::Or).take(BEFORE_WITHIN);
    near.enumerate().any(|(at, word)| {
        word.script != Script::Any
            && word.text() == "前"
            && !at.checked_sub(1).is_some_and(|at| NOT_YET.contains(&&*rest[at].text()))
            && !rest.get(at + 1).is_some_and(|next| next.gap <= Gap::Or && next.text().starts_with(AHEAD))
    })
}

fn is_verb_last(clause: &[Word]) -> bool {
    clause.iter().any(|word| word.script == Script::VerbLast)
}

/// The verb that starts first where some overlap: アンインストール, not インストール; 取り消す, not 消す.
fn whole(clause: &[Word], verb: Verb) -> Verb {
    let earlier =
        (verb.at.saturating_sub(LONGEST)..verb.at).find_map(|at| find(clause, at).filter(|other| other.end() > verb.at));
    earlier.unwrap_or(verb)
}

/// Whether what goes on at `end` of a verb makes a thing of it, or something that is yet to come.
pub(super) fn is_no_act(clause: &[Word], end: usize) -> bool {
    is_thing(clause, end) || is_yet_to_come(&clause[end..])
}

/// Whether a word for a thing goes on at `end`: 者 who does it, 率 the rate of it, 器 what it is done with; 控制台 is a console.
fn is_thing(clause: &[Word], end: usize) -> bool {
    let text = |at: usize| clause.get(at).filter(|word| word.gap == Gap::Space).map(Word::text);
    match text(end).as_deref() {
        Some("者" | "率" | "器") => clause[end - 1].script == Script::EastAsian,
        Some("台") => clause[end - 1].text() == "制" && text(end + 1).as_deref() != Some("灯"),
        _ => false,
    }
}

/// What may stand between 并 and the verb: 自动, 立即, 直接, 同时, 重新, 完成.
const ADVERBS: [&str; 12] = ["自", "动", "立", "即", "直", "接", "同", "时", "重", "新", "完", "成"];

/// 并, 并自动: whether "and then" stands before one more verb.
pub(super) fn follows_then(before: &[Word]) -> bool {
    // Most words have another script: their spelling is not asked for.
    if before.last().is_none_or(|word| word.script != Script::EastAsian) {
        return false;
    }
    let adverbs = before.iter().rev().take_while(|word| ADVERBS.contains(&&*word.text())).count();
    before.iter().rev().nth(adverbs).is_some_and(|word| word.is(List::EastAsianThen))
}

/// 无需登录即可查询: whether what follows is not needed.
pub(super) fn needs_no(before: &[Word]) -> bool {
    let is_no = |word: &Word| word.script == Script::EastAsian && word.text() == "无";
    before.windows(2).any(|pair| is_no(&pair[0]) && matches!(&*pair[1].text(), "需" | "须" | "法"))
}

/// Words in one, as these languages write them.
fn spelled<'w, 'a: 'w>(words: impl Iterator<Item = &'w Word<'a>>) -> String {
    words.map(|word| word.text().to_string()).collect()
}

/// 请使用 `delete_user`: whether the reader is asked to use something.
pub(super) fn says_please(sentence: &[Word]) -> bool {
    sentence.iter().any(|word| word.script != Script::Any) && {
        let spelled = spelled(sentence.iter());
        PLEASE.iter().any(|please| spelled.contains(please))
    }
}

/// The characters behind a verb that bend it, up to the next one that does not.
fn ending(clause: &[Word], verb: &Verb) -> String {
    let bends = |word: &&Word| word.gap == Gap::Space && word.text().starts_with(|first| matches!(first, 'ぁ'..='ん' | '行'));
    spelled(clause[verb.end()..].iter().take_while(bends).take(NEGATED_WITHIN))
}

/// Whether a negation follows a Japanese or Korean verb: 変更は行いません, 삭제하지 않습니다.
fn denied(clause: &[Word], verb: &Verb) -> bool {
    let ending = ending(clause, verb);
    if ["ません", "ない", "せず", "ずに"].iter().any(|negation| ending.contains(negation)) {
        return true;
    }
    let next = clause[verb.end()..].iter().take(3).take_while(|word| word.gap == Gap::Space);
    is_korean(&clause[verb.at])
        && next.enumerate().any(|(at, word)| {
            let text = word.text();
            text.starts_with('않') || text.starts_with("못") || at == 0 && (text.starts_with("없") || text.starts_with("불가"))
        })
}

fn is_korean(word: &Word) -> bool {
    word.text().starts_with(|first| matches!(first, '가'..='힣'))
}

/// What a Korean word ends in that is done, not a thing: -다, -요, -기, …
const DONE: [char; 14] = ['다', '요', '기', '음', '함', '됨', '고', '며', '면', '여', '서', '해', '줌', '세'];
/// Particles that follow a thing.
const PARTICLES: [char; 13] = ['을', '를', '은', '는', '이', '가', '의', '에', '로', '과', '와', '도', '만'];
/// Behind a thing these do what it is: 결제를 진행합니다.
const DOES: [&str; 16] =
    ["합니", "하기", "한다", "하는", "할", "해", "처리", "수행", "진행", "가능", "기능", "도구", "완료", "요청합", "줍", "드립"];
/// Behind a verb that describes these say what the tool does: 파일을 삭제하는 도구, 삭제할 수 있습니다.
const DESCRIBED: [&str; 9] = ["수", "도구", "툴", "기능", "함수", "api", "명령", "작업", "mcp"];

/// Whether a Japanese or Korean word that could be a thing is done.
fn is_done(clause: &[Word], verb: &Verb) -> bool {
    let last = &clause[verb.end() - 1];
    let next = clause.get(verb.end()).filter(|next| next.gap < Gap::Clause).map(Word::text);
    let followed_by = |starts: &[&str]| next.as_ref().is_some_and(|next| starts.iter().any(|start| next.starts_with(start)));
    if !is_korean(last) {
        // 送金手数料を: a thing, unless it is done (送金を行う).
        let ending = ending(clause, verb);
        let does = ["を行", "をし", "をす"].iter().any(|does| ending.starts_with(does));
        let is_thing = ending.starts_with(['を', 'が', 'は', 'の', 'に', 'と', 'や', 'へ']) || followed_by(&["済", "手"]);
        return last.script == Script::Any || does || !is_thing;
    }
    let text = last.text();
    if text.ends_with(DONE) {
        return true;
    }
    if text.ends_with(['한', '할', '된', '될', '는', '던']) && text.chars().count() > 2 && !text.ends_with("하는") {
        return next.is_none() || followed_by(&DESCRIBED);
    }
    if text.ends_with("하는") || text.ends_with(PARTICLES) {
        return followed_by(&DOES) || followed_by(&DESCRIBED);
    }
    next.is_none() || followed_by(&DOES)
}

/// 支払を実行する, 결제를 실행합니다: whether what is carried out is this.
fn is_carried_out(clause: &[Word], verb: &Verb, head: &Verb) -> bool {
    let lexicon = rules::lexicon();
    let runs = lexicon.may(head.verb, Class::Read) && lexicon.may(head.verb, Class::Execute);
    let text = clause[verb.end() - 1].text();
    let glued = text.ends_with(['을', '를']) && verb.end() == head.at;
    let between = || spelled(clause[verb.end()..head.at].iter());
    runs && (glued || head.at <= verb.end() + 2 && matches!(&*between(), "を" | "いを"))
}

/// Whether a verb that does not rule its clause is done as well.
fn goes_on(clause: &[Word], verb: &Verb) -> bool {
    let last = &clause[verb.end() - 1];
    let Some(next) = clause.get(verb.end()) else { return false };
    let listed = |at: usize| is_joined(clause, at) && find(clause, at).is_some();
    if is_korean(last) {
        let text = last.text();
        let ends = |endings: &[&str]| endings.iter().any(|ending| text.ends_with(ending));
        let and = ends(&["고", "며", "거나"]) && !ends(&["신고", "공고"]) || ends(&["한"]) && next.text() == "후";
        let is_noun = !text.ends_with(DONE) && !text.ends_with(PARTICLES);
        return and && !next.text().starts_with('있')
            || is_noun
                && (listed(verb.end()) || matches!(&*next.text(), "및" | "또는") && find(clause, verb.end() + 1).is_some());
    }
    if next.gap >= Gap::Or {
        return listed(verb.end());
    }
    let ending = ending(clause, verb);
    let after = clause.get(verb.end() + ending.chars().count());
    let closed = after.is_some_and(|after| matches!(after.gap, Gap::Or | Gap::Comma));
    let and = ending.ends_with(['し', 'て', 'で', 'り', 'き', 'み', 'え', 'せ', 'れ', 'げ', 'め', 'べ', 'け', 'い']);
    closed && and && ending.chars().count() <= 4 || ending == "して" && after.is_some_and(|after| after.gap == Gap::Space)
}
