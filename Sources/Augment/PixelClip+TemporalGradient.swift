internal import CKernels
import Media

extension PixelClip {
    /// Becomes the temporal gradients of the pictures `places` of `clip`, whose successors are at `next`:
    /// trunc((I_t - I_{t+1} + 255) / 2) of each level, so that no motion is 127 (temporal-gradient card, inputs).
    ///
    /// Memory is kept where the shape fits.
    public mutating func takeTemporalGradients(of clip: PixelClip, at places: [Int], next: [Int]) {
        precondition(places.count == next.count, "\(places.count) pictures and \(next.count) successors")
        reshape(frames: places.count, size: clip.size)
        let count = clip.bytesPerFrame
        clip.pixels.withUnsafeBufferPointer { source in
            pixels.withUnsafeMutableBufferPointer { output in
                guard let source = source.baseAddress, let output = output.baseAddress else { return }
                for (number, (place, next)) in zip(places, next).enumerated() {
                    precondition(max(place, next) < clip.frames, "picture \(max(place, next)) of \(clip.frames)")
                    image_half_difference(source + place * count, source + next * count, count, output + number * count)
                }
            }
        }
    }
}
