import Datasets
import Tensor
import Training

extension Vocabulary {
    /// The tokens as a checkpoint holds them: the bytes of their UTF-8, a line each.
    var stored: Tensor { Tensor(tokens.joined(separator: "\n").utf8.map(Int32.init)) }

    /// The vocabulary that `state` holds under `name`. Throws `StateError.missing` where there is none.
    init(stored state: StateTree, _ name: String) throws(StateError) {
        let bytes = state[name]?.values(as: Int32.self).map { UInt8(truncatingIfNeeded: $0) }
        let tokens = bytes?.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let tokens, let vocabulary = try? Vocabulary(tokens: tokens) else { throw .missing(name: name) }
        self = vocabulary
    }
}
