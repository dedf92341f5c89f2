import Files
import Foundation

extension ClipContexts {
    /// Reads the subtitles at `path`: the JSON lines of TVQA, the script of DramaQA, or a folder of SubRip files named after the
    /// clips, as TVQA comes.
    ///
    /// Throws a `QuestionError` that names the file and line.
    public static func open(_ path: String) throws(QuestionError) -> ClipContexts {
        do { return try read(path) } catch { throw .of(error, path: path) }
    }

    private static func read(_ path: String) throws -> ClipContexts {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return try SubRip.contexts(inFolder: path)
        }
        var elements = try JSONElements(of: path, layout: .members)
        let first = try elements.next()
        guard let first else { throw QuestionError.nothing(path: path, expected: "subtitles") }
        return first.value["contained_subs"] == nil ? try TVQASubtitles.contexts(path) : try DramaQAScript.contexts(path)
    }
}
