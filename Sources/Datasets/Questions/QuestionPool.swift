import Tensor

/// The questions among which wrong ones are drawn when a network learns which question belongs to a clip.
///
/// Hard ones come first. A question about another show is told by its names alone, and one of another kind by the answers beside it.
public struct QuestionPool: Sendable {
    /// Which questions are hard.
    public enum Order: String, Sendable, CaseIterable {
        /// Those about the same clip, then the same scene, episode and show, then any.
        case clip
        /// Those of the same kind, in the same show where there are shows, then any.
        case kind
    }

    /// The groups that make a question hard, closest first.
    public static let levels = ["scene", "episode", "show"]

    /// The number of each question's text; equal texts have one.
    private let texts: [Int]
    /// For each level from the clip outwards: the circle of each question, or nil, and the questions of each circle.
    private let circles: [(of: [Int?], members: [[Int]])]

    /// The pool of `questions`, which the draws name by their places.
    public init(_ questions: [Question], first order: Order = .clip) {
        texts = Self.numbered(questions.map { comparable($0.text) }).numbers.map { $0 ?? 0 }
        let all = (of: [Int?](repeating: 0, count: questions.count), members: [Array(questions.indices)])
        switch order {
        case .clip:
            let levels = Self.levels.map { level in Self.circle(questions.map { $0.groups[level] }) }
            circles = [Self.circle(questions.map { Optional($0.clipKey) })] + levels + [all]
        case .kind:
            let kinds = questions.map { question in
                (question.groups["kind"] ?? question.groups["type"]).map { [$0, question.groups["show"] ?? ""] }
            }
            circles = [Self.circle(kinds), all]
        }
    }

    /// How many questions there are.
    public var count: Int { texts.count }

    /// The places of up to `count` other questions than `index`, hard ones first, no two with the same text and none with the text of
    /// `index`; fewer where there are no more. The draw is a function of `key`.
    public func negatives(for index: Int, count: Int, key: RandomKey) -> [Int] {
        var random = key.derived("negatives").stream
        var taken: Set<Int> = [texts[index]]
        var drawn: [Int] = []
        for circle in circles {
            guard let number = circle.of[index] else { continue }
            let members = circle.members[number]
            var order = LazyPermutation(count: members.count)
            while drawn.count < count, let place = order.next(&random) {
                if taken.insert(texts[members[place]]).inserted { drawn.append(members[place]) }
            }
        }
        return drawn
    }

    private static func circle<Key: Hashable>(_ keys: [Key?]) -> (of: [Int?], members: [[Int]]) {
        let (numbers, count) = numbered(keys)
        var members = [[Int]](repeating: [], count: count)
        for (place, number) in numbers.enumerated() { if let number { members[number].append(place) } }
        return (numbers, members)
    }

    /// Numbers equal keys alike, in the order of their first places.
    private static func numbered<Key: Hashable>(_ keys: [Key?]) -> (numbers: [Int?], count: Int) {
        var known: [Key: Int] = [:]
        let numbers = keys.map { key -> Int? in
            guard let key else { return nil }
            let number = known[key] ?? known.count
            known[key] = number
            return number
        }
        return (numbers, known.count)
    }
}

/// A random order of 0 ..< count that is drawn only as far as it is read (Fisher and Yates).
private struct LazyPermutation {
    private let count: Int
    private var next = 0
    private var moved: [Int: Int] = [:]

    init(count: Int) { self.count = count }

    mutating func next(_ random: inout RandomStream) -> Int? {
        guard next < count else { return nil }
        let place = next + random.integer(below: count - next)
        let value = moved[place] ?? place
        moved[place] = moved[next] ?? next
        moved[next] = nil
        next += 1
        return value
    }
}
