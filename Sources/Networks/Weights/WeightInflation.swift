/// How a kernel of pictures `[O, I, H, W]` becomes one of clips `[O, I, T, H, W]`.
public enum WeightInflation: String, Sendable, CaseIterable {
    /// Repeated along T and divided by T: a clip that stands still gives what its picture gave (Carreira and Zisserman 2017).
    case mean
    /// In the middle tap, with zeros around: a clip gives at each position what the picture there gave.
    case centre

    /// The values of the kernel with `taps` taps along T, in row-major order; `planes` are `kernel`'s values for each pair of
    /// channels, and `area` is H times W.
    func values(of kernel: [Float], taps: Int, area: Int) -> [Float] {
        guard area > 0 else { return [] }
        var inflated: [Float] = []
        inflated.reserveCapacity(kernel.count * taps)
        for start in stride(from: 0, to: kernel.count, by: area) {
            let plane = kernel[start..<(start + area)]
            for tap in 0..<taps {
                switch self {
                case .mean: inflated += plane.map { $0 / Float(taps) }
                case .centre where tap == taps / 2: inflated += plane
                case .centre: inflated += repeatElement(0, count: area)
                }
            }
        }
        return inflated
    }
}
