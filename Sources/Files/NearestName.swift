/// Finds what somebody may have meant.
public enum NearestName {
    /// The candidate with the fewest edits from `name`, without regard to case; a part of a dotted name counts as a name
    /// too (`learnigRate` finds `optimizer.learningRate`). The first of several equals; nil without candidates.
    public static func to(_ name: String, among candidates: [String]) -> String? {
        let wanted = name.lowercased()
        let isDotted = wanted.contains(".")
        func distance(_ candidate: String) -> Int {
            let candidate = candidate.lowercased()
            let whole = edits(from: wanted, to: candidate)
            guard !isDotted else { return whole }
            return candidate.split(separator: ".").map { edits(from: wanted, to: String($0)) }.min().map { min($0, whole) }
                ?? whole
        }
        return candidates.map { (name: $0, distance: distance($0)) }.min { $0.distance < $1.distance }?.name
    }

    /// The same where it is likely to be meant: at most two edits, and less than half of the name.
    public static func likely(_ name: String, among candidates: [String]) -> String? {
        to(name, among: candidates).flatMap { nearest in
            let distance = edits(from: name.lowercased(), to: nearest.lowercased())
            return distance <= 2 && distance * 2 < nearest.count ? nearest : nil
        }
    }

    /// The edit distance of Damerau and Levenshtein (optimal alignment): insert, delete, replace, swap neighbours.
    public static func edits(from left: String, to right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
