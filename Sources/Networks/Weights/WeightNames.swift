/// Names of weights in files, and what they are called here.
///
/// Networks have the names of torchvision's video networks. A residual network of pictures has others there: `conv1` and `bn1`
/// for the stem, `bn1` beside `conv1` in a block. Training scripts put prefixes before them.
enum WeightNames {
    /// What wrappers put before the names of the network that they hold; `encoder_q` is that of MoCo.
    private static let prefixes: Set<Substring> = [
        "module", "model", "network", "net", "backbone", "base_model", "encoder", "encoder_q", "state_dict",
        "bert",
    ]

    /// A counter that PyTorch keeps with running statistics and evaluation does not need.
    static let counter = "num_batches_tracked"

    /// What a tensor called `name` in a file may be in a network, the likeliest first.
    static func candidates(for name: String) -> [String] {
        var forms = [name], parts = name.split(separator: ".", omittingEmptySubsequences: false)[...]
        while parts.count > 1, let first = parts.first, prefixes.contains(first) {
            parts = parts.dropFirst()
            forms.append(parts.joined(separator: "."))
        }
        return forms.flatMap { [$0, video($0), normalization($0)] }
    }

    /// The name of what early releases of BERT call `gamma` and `beta`; other names stay.
    private static func normalization(_ name: String) -> String {
        for (old, new) in [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")]
        where name.hasSuffix(old) {
            return name.dropLast(old.count) + new
        }
        return name
    }

    /// The name in a network of clips of what a network of pictures calls `name`; other names stay.
    private static func video(_ name: String) -> String {
        var parts = name.split(separator: ".").map(String.init)
        guard let place = place(of: parts), let number = parts[place].last else { return name }
        let isNormalization = parts[place].hasPrefix("bn")
        guard isNormalization || parts.count == place + 2 else { return name }
        parts[place] = place == 0 ? "stem" : "conv\(number)"
        parts.insert(isNormalization ? "1" : "0", at: place + 1)
        return parts.joined(separator: ".")
    }

    /// Where the convolution or normalisation stands in `conv1.weight` and `layer1.0.conv1.weight`, if there is one.
    private static func place(of parts: [String]) -> Int? {
        let place = parts.first?.hasPrefix("layer") == true ? 2 : 0
        guard parts.indices.contains(place) else { return nil }
        return ["conv", "bn"].contains { start in
            let number = parts[place].dropFirst(start.count)
            return parts[place].hasPrefix(start) && !number.isEmpty && number.allSatisfy(\.isNumber)
        } ? place : nil
    }
}
