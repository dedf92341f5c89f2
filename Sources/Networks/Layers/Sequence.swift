import Tensor

/// Parts under the names "0", "1", ...: a list of blocks.
final class Sequence<Part: Module>: Module {
    let parts: [Part]

    init(_ parts: [Part]) { self.parts = parts }

    var children: [(name: String, module: any Module)] { parts.enumerated().map { (String($0.offset), $0.element) } }
}

/// Parts under names of their own.
final class NamedParts: Module {
    let children: [(name: String, module: any Module)]

    init(_ children: [(name: String, module: any Module)]) { self.children = children }
}
