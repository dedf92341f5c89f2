import Tensor

/// Learned vectors that are looked up by index, such as those of words.
///
/// `weight` is `[count, features]`, drawn from N(0, 1), or with another deviation, with zeros at the padding, as PyTorch's `nn.Embedding`
/// is.
public final class Embedding: Module {
    /// The vectors.
    public let weight: Parameter
    /// An index whose vector is never learned; nil for none.
    public let paddingIndex: Int?
    private let path: String

    /// A table of `count` vectors drawn by `initializer`.
    public init(
        count: Int, features: Int, paddingIndex: Int? = nil, standardDeviation: Double = 1, _ initializer: Initializer
    ) {
        precondition(
            paddingIndex.map { (0..<count).contains($0) } ?? true, "\(initializer.path): a padding index beyond \(count)")
        let drawn = initializer.named("weight").normal([count, features], standardDeviation: standardDeviation)
        if let paddingIndex { drawn.sliced(paddingIndex..<(paddingIndex + 1)).overwrite(with: .zeros([1, features])) }
        weight = Parameter(drawn, role: .kernel)
        self.paddingIndex = paddingIndex
        path = initializer.path
    }

    public var ownParameters: [(name: String, parameter: Parameter)] { [("weight", weight)] }

    /// The vectors of `indices`, which are those of an array of `shape` in row-major order: `shape + [features]`.
    public func callAsFunction(_ indices: [Int], shape: [Int]) -> Tensor {
        let table = weight.value
        precondition(
            indices.count == shape.reduce(1, *) && indices.allSatisfy { (0..<table.shape[0]).contains($0) },
            "\(path): expected \(shape.reduce(1, *)) indices below \(table.shape[0]), given \(indices.count)")
        let rows = table.rows(at: indices), result = shape + [table.shape[1]]
        guard let paddingIndex, indices.contains(paddingIndex) else { return rows.reshaped(to: result) }
        let learned = Tensor(indices.map { $0 == paddingIndex ? 0.0 : 1 }, shape: [indices.count, 1]).converted(
            to: table.elementType)
        return (rows * learned + rows.detached * (1 - learned)).reshaped(to: result)
    }
}
