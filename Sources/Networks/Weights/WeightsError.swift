import Files

/// A weight file that cannot be read or written.
public enum WeightsError: ReportedError, Equatable {
    case file(FileError)
    case headerTooLong(path: String, found: UInt64, limit: Int)
    case wrongLength(path: String, found: Int, expected: Int)
    case malformedHeader(path: String, reason: String)
    case repeatedName(path: String, name: String)
    case malformedEntry(path: String, tensor: String, field: String, found: String, expected: String)
    case unsupportedType(path: String, tensor: String, found: String)
    case wrongSize(path: String, tensor: String, found: Int, expected: Int)
    case hole(path: String, tensor: String, found: Int, expected: Int)
    case overlap(path: String, tensor: String, found: Int, expected: Int)
    case missingTensor(path: String, tensor: String)
    case changedWhileRead(path: String)
    case notReal(path: String, tensor: String, found: StoredType)
    case notFinite(path: String, tensor: String, value: String, index: Int)
    case negativeVariance(path: String, tensor: String, value: String, index: Int)
    case twoSources(path: String, name: String, sources: [String])
    case unfit(WeightFit, advice: String)
    case otherVocabulary(path: String, tensor: String, found: Int, expected: Int, advice: String)

    public var exitCode: ExitCode {
        if case .file(let error) = self { error.exitCode } else { .badData }
    }

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .headerTooLong(let path, let found, let limit):
            "\(path): the header claims \(found) bytes, allowed are \(limit); this is no safetensors file, or a damaged one"
        case .wrongLength(let path, let found, let expected):
            "\(path): \(found) bytes long, expected \(expected); the file is \(found < expected ? "truncated" : "followed by other bytes")"
        case .malformedHeader(let path, let reason): "\(path): the safetensors header is damaged: \(reason)"
        case .repeatedName(let path, let name): "\(path): \"\(name)\" stands twice in the header"
        case .malformedEntry(let path, let tensor, let field, let found, let expected):
            "\(path): tensor \(tensor): \(field) is \(found), expected \(expected)"
        case .unsupportedType(let path, let tensor, let found):
            "\(path): tensor \(tensor): type \(found) cannot be read, expected one of "
                + StoredType.allCases.map(\.rawValue).joined(separator: ", ") + "; convert the file first"
        case .wrongSize(let path, let tensor, let found, let expected):
            "\(path): tensor \(tensor): \(found) bytes, expected \(expected) from its type and shape"
        case .hole(let path, let tensor, let found, let expected):
            "\(path): tensor \(tensor): begins at byte \(found), expected \(expected); nothing accounts for the bytes between"
        case .overlap(let path, let tensor, let found, let expected):
            "\(path): tensor \(tensor): begins at byte \(found), inside another tensor that ends at \(expected)"
        case .missingTensor(let path, let tensor): "\(path): there is no tensor \(tensor)"
        case .changedWhileRead(let path): "\(path): became shorter while it was read; try again when nothing writes to it"
        case .notReal(let path, let tensor, let found):
            "\(path): tensor \(tensor): has whole numbers (\(found.rawValue)), expected real ones (F64, F32, F16 or BF16)"
        case .notFinite(let path, let tensor, let value, let index):
            "\(path): tensor \(tensor): value \(index) is \(value); weights must be finite f32 numbers, so this file cannot be used"
        case .negativeVariance(let path, let tensor, let value, let index):
            "\(path): tensor \(tensor): value \(index) is \(value); a variance is not below 0, so this file cannot be used"
        case .twoSources(let path, let name, let sources):
            "\(path): \(sources.joined(separator: " and ")) are both \(name) of the network; keep one of them in the file"
        case .unfit(let fit, let advice): "\(fit.path): does not fit \(fit.network); \(advice)\n\(fit.listing)"
        case .otherVocabulary(let path, let tensor, let found, let expected, let advice):
            "\(path): the vocabulary does not fit: tensor \(tensor) has rows for \(found) tokens, expected \(expected), "
                + "as the vocabulary has; \(advice)"
        }
    }
}
