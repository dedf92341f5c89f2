/// The file of a report.
public enum ReportFile {
    /// Where the report of the run or the sweep in `folder` stands unless another place is named.
    public static func standardPath(in folder: String) -> String {
        (folder.hasSuffix("/") ? String(folder.dropLast()) : folder) + "/report.html"
    }
}
