/// The first line of what a process printed, `output`, that begins with `prefix`.
public func printedLine(beginning prefix: String, in output: [UInt8]) -> String? {
    String(decoding: output, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(prefix) }.map { String($0) }
}
