// swift-tools-version: 6.2
import PackageDescription

// Built by the tests as an author outside the tree would build it: `semisup plugin build`.
let kit = Context.environment["SEMISUP_KIT"] ?? ""
let modules = ["/semisup/modules", "/semisup/include", "/Modules", "/include"].flatMap { ["-I", kit + $0] }

let package = Package(
    name: "sketches",
    products: [.library(name: "Sketches", type: .dynamic, targets: ["Sketches"])],
    targets: [
        .target(
            name: "Sketches", swiftSettings: [.unsafeFlags(modules)],
            linkerSettings: [.unsafeFlags(["-L", kit, "-lSemisupKit"])])
    ]
)
