import Synchronization

/// A shape that ways are compared on.
struct ConvolutionCase: Hashable, CustomStringConvertible {
    let pass: ConvolutionPass, elementType: ElementType
    let x: [Int], outputs: Int, window: Window

    init(_ work: ConvolutionWork) {
        pass = work.pass
        elementType = work.elementType
        (x, outputs, window) = (work.x.shape, work.shape.outChannels, work.shape.window)
    }

    var description: String {
        func times(_ values: [Int]) -> String { values.map(String.init).joined(separator: "x") }
        return "\(pass) \(elementType) \(times(x)) to \(outputs) by \(times(window.kernel)) step \(times(window.stride)) "
            + "padding \(times(window.padding))"
    }
}

/// Which way is fastest for which shape.
struct MeasuredWays: Sendable {
    var chosen: [ConvolutionCase: ConvolutionWay] = [:]
    /// Those of an earlier run, by the names of their shapes.
    var earlier: [String: ConvolutionWay] = [:]
    /// Whether shapes that are in neither are measured.
    var isOpen = true

    var byName: [String: ConvolutionWay] {
        earlier.merging(chosen.map { ($0.key.description, $0.value) }) { _, new in new }
    }
}

extension CPUBackend {
    var convolutionChoices: [String: ConvolutionWay] { measuredWays.withLock { $0.byName } }

    func reuse(_ choices: [String: ConvolutionWay], measuresOthers: Bool) {
        measuredWays.withLock { $0 = MeasuredWays(earlier: choices, isOpen: measuresOthers) }
    }

    /// The way that took least time when the shape was first met; nil where there is but one, or the fixed rule is to choose.
    func fastestWay(of work: ConvolutionWork) -> ConvolutionWay? {
        let shape = ConvolutionCase(work)
        let (chosen, earlier, isOpen) = measuredWays.withLock { ($0.chosen[shape], $0.earlier[shape.description], $0.isOpen) }
        if let chosen { return chosen }
        // Another machine, or a file that was changed, may know a way that cannot be gone here.
        if let earlier, isPossible(earlier, work) { return earlier }
        guard isOpen else { return nil }
        let candidates = ConvolutionWay.allCases.filter { isPossible($0, work) }
        let times = candidates.compactMap { way in seconds(way, work).map { (way: way, seconds: $0) } }
        guard let fastest = times.min(by: { $0.seconds < $1.seconds })?.way else { return nil }
        measuredWays.withLock { $0.chosen[shape] = fastest }
        return fastest
    }

    private func isPossible(_ way: ConvolutionWay, _ work: ConvolutionWork) -> Bool {
        way == .direct ? hasDirectWeightGradient(work) : takes(way, work)
    }

    /// The least of three, after one that does not count; nil where the way refuses.
    private func seconds(_ way: ConvolutionWay, _ work: ConvolutionWork) -> Duration? {
        guard run(way, work) else { return nil }
        return (0..<3).map { _ in ContinuousClock().measure { _ = run(way, work) } }.min()
    }
}
