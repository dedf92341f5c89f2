import Datasets
import Foundation

/// The folder `splits` of the repository.
let shippedSplits = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("splits").path

/// A training list of clips by name, without files.
func trainingList(_ clips: [ListedClip], classes: ClassList) -> VideoList {
    let samples = clips.enumerated().map { index, clip in
        VideoSample(
            index: index, path: clip.name, name: clip.name, label: classes.index(of: clip.className),
            group: GroupKey.recognise(className: clip.className, stem: clip.stem)?.group)
    }
    return VideoList(part: .train, samples: samples, classes: classes)
}

/// What `body` throws as a `DataSetError`, or nil.
func failure(_ body: () throws -> Void) -> DataSetError? {
    do { try body() } catch { return error as? DataSetError }
    return nil
}
