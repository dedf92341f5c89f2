internal import CKernels
internal import COneDNN
import Foundation
import Synchronization

/// Computes on the processor: matrix products by BLAS, convolutions by oneDNN or BLAS, the rest by `CKernels`.
///
/// All computing calls come from one thread; only `allocate` and the array's own memory may be used from others.
final class CPUBackend: Backend {
    nonisolated(unsafe) let kernels: UnsafePointer<tensor_kernels>
    let description: EngineDescription
    let convolutionPath: ConvolutionPath
    private let pool = MemoryPool()
    /// Memory that the last convolution worked in.
    let scratch = Mutex<Buffer?>(nil)
    /// Whether ways of convolutions are chosen by the clock, and what was chosen.
    let measuresWays: Bool
    let measuredWays = Mutex(MeasuredWays())

    var usesOneDNN: Bool { description.oneDNNVersion != nil }

    /// Opens the libraries.
    init(_ configuration: EngineConfiguration) throws(EngineError) {
        if let problem = configuration.problem { throw problem }
        let set = configuration.kernelSet ?? .best
        guard set.isSupported else { throw .unsupportedKernels(set, best: .best) }
        guard let kernels = tensor_kernels_of(set.kernels) else { preconditionFailure("no kernels for \(set)") }
        self.kernels = kernels
        convolutionPath = configuration.convolution
        measuresWays = configuration.tuning == .measure
        let threads = max(1, configuration.threads)
        setenv("OMP_NUM_THREADS", String(threads), 1)
        compute_threads_set(Int32(threads))
        let blas = try CPUBackend.openBLAS(configuration.blasLibraries, set)
        blas_set_threads(Int32(threads))
        let (version, absence) = try CPUBackend.openOneDNN(configuration, set)
        description = EngineDescription(
            kernelSet: set, threads: threads, activationType: configuration.activationType,
            convolutionPath: configuration.convolution, recomputation: configuration.recomputation, blasLibrary: blas,
            blasConfiguration: [blas_configuration(), blas_core_name()].compactMap { $0.map { String(cString: $0) } }.joined(
                separator: " "),
            oneDNNVersion: version, oneDNNAbsence: absence)
    }

    private static func openBLAS(_ candidates: [String], _ set: KernelSet) throws(EngineError) -> String {
        var reasons: [String] = []
        for path in candidates {
            var message = [CChar](repeating: 0, count: 512)
            if blas_open(path, set.openBLASCoreType, &message, message.count) { return path }
            reasons.append(text(message))
        }
        throw .noBLAS(reasons: reasons)
    }

    private static func openOneDNN(
        _ configuration: EngineConfiguration, _ set: KernelSet
    ) throws(EngineError) -> (version: String?, absence: String?) {
        guard configuration.convolution != .blas else { return (nil, "convolutions go through BLAS by choice") }
        let instructions = set == .avx512 ? ONEDNN_AVX512 : set == .avx2 ? ONEDNN_AVX2 : ONEDNN_SSE41
        var reasons: [String] = []
        for path in configuration.oneDNNLibraries {
            var message = [CChar](repeating: 0, count: 512)
            if onednn_open(path, instructions, &message, message.count) { return (String(cString: onednn_version_text()), nil) }
            reasons.append(text(message))
        }
        guard configuration.convolution == .auto else { throw .noOneDNN(reasons: reasons) }
        return (nil, reasons.joined(separator: "; "))
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func allocate(byteCount: Int) -> Buffer { pool.allocate(byteCount: byteCount) }

    var memoryStatistics: (usedBytes: Int, peakBytes: Int, systemAllocations: Int) { pool.statistics }
}

// MARK: From Swift's arrays to the kernels' structures

extension ElementType {
    var kernelType: element_type {
        switch self {
        case .float32: ELEMENT_F32
        case .float64: ELEMENT_F64
        case .bfloat16: ELEMENT_BF16
        case .int64: ELEMENT_I64
        case .int32: ELEMENT_I32
        case .uint8: ELEMENT_U8
        }
    }
}

extension StridedArray {
    /// The extents as the kernels take them.
    var extents: extents {
        var result = CKernels.extents()
        result.rank = Int32(shape.count)
        withUnsafeMutableBytes(of: &result.size) { raw in
            let size = raw.bindMemory(to: Int64.self)
            for (axis, extent) in shape.enumerated() { size[axis] = Int64(extent) }
        }
        return result
    }

    /// The elements as the kernels take them.
    var kernelArray: array {
        var result = array()
        result.data = address
        withUnsafeMutableBytes(of: &result.stride) { raw in
            let values = raw.bindMemory(to: Int64.self)
            for (axis, stride) in strides.enumerated() { values[axis] = Int64(stride) }
        }
        return result
    }

    /// The same elements with stride 0 along axes of extent 1, as a target of a reduction of `shape`.
    func reductionTarget(of input: StridedArray) -> array {
        precondition(shape.count == input.shape.count, "a reduction keeps the number of axes")
        let strides = shape.indices.map { shape[$0] == 1 && input.shape[$0] != 1 ? 0 : self.strides[$0] }
        return StridedArray(buffer: buffer, offset: offset, shape: shape, strides: strides, elementType: elementType).kernelArray
    }
}
