internal import CKernels
import Files
import Foundation

/// The instruction sets that kernels exist for, from the least to the most.
public enum KernelSet: String, Sendable, CaseIterable, Comparable {
    case baseline
    case avx2
    case avx512

    var kernels: kernel_set {
        switch self {
        case .baseline: KERNELS_BASELINE
        case .avx2: KERNELS_AVX2
        case .avx512: KERNELS_AVX512
        }
    }

    /// Whether this processor has the instructions.
    public var isSupported: Bool { cpu_supports(kernels) }

    /// The most that this processor supports.
    public static var best: KernelSet { allCases.last { $0.isSupported } ?? .baseline }

    /// Whether this processor multiplies bf16 in hardware.
    public static var hasBFloat16: Bool { cpu_supports_bf16() }

    /// OpenBLAS's name of the kernels that use this set.
    var openBLASCoreType: String {
        switch self {
        case .baseline: "Prescott"
        case .avx2: "Haswell"
        case .avx512: "SkylakeX"
        }
    }

    public static func < (left: KernelSet, right: KernelSet) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}

/// What convolves.
public enum ConvolutionPath: String, Sendable, CaseIterable {
    /// Kernels of our own for windows of 3 x 3 that move by one and, in f32, for those of one position of a frame; else oneDNN where
    /// it is there, else BLAS. A fixed rule of the shapes: a choice by the clock would change bits.
    case auto
    /// oneDNN throughout; an error where it is not there.
    case onednn
    /// Unfolding and BLAS throughout.
    case blas
}

/// Which parts of a network are computed a second time in the backward pass, for less memory. The bits stay the same.
public enum Recomputation: String, Sendable, CaseIterable {
    /// None: every value that a gradient needs is kept.
    case none
    /// Each stage keeps its input only.
    case stage
    /// Each block of a stage keeps its input only.
    case block
}

/// How the engine is set up. It is settled once a process, before the first tensor.
public struct EngineConfiguration: Sendable, Equatable {
    /// Computing threads, at least 1.
    public var threads: Int
    /// nil: the best that the processor supports.
    public var kernelSet: KernelSet?
    /// What convolves.
    public var convolution: ConvolutionPath
    /// How a way is chosen for each convolution.
    public var tuning: ConvolutionTuning
    /// The type that networks hold their activations in: `float32` or `bfloat16`. Weights, statistics and losses are `float32`.
    public var activationType: ElementType
    /// Which parts of networks keep no inner values for the backward pass, which computes them again.
    public var recomputation: Recomputation
    /// Files to try in turn; the first that opens is used.
    public var blasLibraries: [String]
    /// Files to try in turn; the first that opens is used.
    public var oneDNNLibraries: [String]
    /// What is wrong with the environment: told when the engine starts.
    let problem: EngineError?

    /// The defaults; `SEMISUP_CONVOLUTION`, `SEMISUP_KERNELS` and `SEMISUP_BLAS` of the environment change them.
    public init(
        threads: Int = 2, kernelSet: KernelSet? = nil, convolution: ConvolutionPath? = nil,
        tuning: ConvolutionTuning = .rule, activationType: ElementType = .float32, recomputation: Recomputation = .none
    ) {
        let environment = ProcessInfo.processInfo.environment
        var problem: EngineError?
        func value<Choice: CaseIterable & RawRepresentable<String>>(of name: String, _ type: Choice.Type) -> Choice? {
            guard let text = environment[name] else { return nil }
            let choice = Choice(rawValue: text)
            if choice == nil {
                problem = .unknownSetting(name: name, value: text, known: Choice.allCases.map(\.rawValue))
            }
            return choice
        }
        self.threads = threads
        self.kernelSet = kernelSet ?? value(of: "SEMISUP_KERNELS", KernelSet.self)
        self.convolution = convolution ?? value(of: "SEMISUP_CONVOLUTION", ConvolutionPath.self) ?? .auto
        self.problem = problem
        self.tuning = tuning
        self.activationType = activationType
        self.recomputation = recomputation
        blasLibraries = [environment["SEMISUP_BLAS"], "libopenblas.so.0", "libblas.so.3"].compactMap(\.self)
        oneDNNLibraries = ["libdnnl.so.2"]
    }
}

/// Why the engine cannot start.
public enum EngineError: ReportedError, Equatable {
    case unsupportedKernels(KernelSet, best: KernelSet)
    case unknownSetting(name: String, value: String, known: [String])
    case noBLAS(reasons: [String])
    case noOneDNN(reasons: [String])
    case startedOtherwise

    public var exitCode: ExitCode {
        switch self {
        case .unsupportedKernels, .unknownSetting: .configuration
        case .noBLAS, .noOneDNN: .unavailable
        case .startedOtherwise: .internalError
        }
    }

    public var description: String {
        switch self {
        case .unsupportedKernels(let set, let best):
            "kernels=\(set.rawValue): this processor does not have these instructions; the best it has is \(best.rawValue)"
        case .unknownSetting(let name, let value, let known):
            "\(name)=\(value) in the environment: expected one of \(known.joined(separator: ", ")), or nothing"
        case .noBLAS(let reasons):
            "no BLAS library could be opened (\(reasons.joined(separator: "; "))); install Debian's libopenblas0-openmp"
        case .noOneDNN(let reasons):
            "oneDNN could not be opened (\(reasons.joined(separator: "; "))); install Debian's libdnnl2 or use engine.convolution=blas"
        case .startedOtherwise:
            "the engine has started with another configuration; settle threads and kernels before the first tensor"
        }
    }
}
