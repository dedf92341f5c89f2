import Tensor

/// The frames of the clips of some questions, one clip a question.
public struct ClipFeatures {
    /// Features of the frames, `[questions, frames, features]`; finite beyond the end of a clip.
    public let features: Tensor
    /// How many frames each clip has, one or more.
    public let frameCounts: [Int]
    /// The frames of each sentence of each clip: see `TimeAlignment`.
    public let framesOfSentences: [[Range<Int>]]

    /// Frames; see the properties.
    public init(features: Tensor, frameCounts: [Int], framesOfSentences: [[Range<Int>]]) {
        precondition(
            features.rank == 3 && frameCounts.count == features.shape[0] && framesOfSentences.count == frameCounts.count,
            "features \(features.shape) of \(frameCounts.count) clips")
        precondition(
            zip(frameCounts, framesOfSentences).allSatisfy { count, frames in
                (1...features.shape[1]).contains(count) && frames.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= count }
            }, "frames beyond the end of a clip")
        self.features = features
        self.frameCounts = frameCounts
        self.framesOfSentences = framesOfSentences
    }

    /// The frames that a sentence of a row of this question may look at.
    func frames(of sentence: TextRows.Sentence, question: Int, _ attention: VideoQAOptions.Attention) -> Range<Int> {
        guard attention == .local, let number = sentence.number else { return 0..<frameCounts[question] }
        return framesOfSentences[question][number]
    }
}

/// Which of things in time belong to an interval.
public enum TimeAlignment {
    /// The frames of each sentence: those whose time lies in it, else the one that is nearest, the earlier of two.
    ///
    /// - Parameters:
    ///   - sentences: When each is said, in seconds.
    ///   - times: When each frame is seen, ascending, one or more.
    public static func frames(of sentences: [ClosedRange<Double>], at times: [Double]) -> [Range<Int>] {
        let frames = times.map { $0...$0 }
        return sentences.map { members(frames, of: $0) }
    }

    /// From the first to the last of `parts`, which are in the order of time, that has some time in common with `interval`; else the
    /// one that is nearest, the earlier of two.
    public static func members(_ parts: [ClosedRange<Double>], of interval: ClosedRange<Double>) -> Range<Int> {
        func gap(_ part: ClosedRange<Double>) -> Double {
            max(0, interval.lowerBound - part.upperBound, part.lowerBound - interval.upperBound)
        }
        let gaps = parts.map(gap), least = gaps.min() ?? 0
        guard let first = gaps.firstIndex(of: least) else { return 0..<0 }
        return least > 0 ? first..<first + 1 : first..<((gaps.lastIndex(of: 0) ?? first) + 1)
    }
}
