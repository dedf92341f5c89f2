import Files

/// The script of DramaQA: one object, shot -> `st`, `et` and `contained_subs` with `speaker`, `utter`, `st` and `et`, in seconds of
/// the episode.
///
/// A whole scene has the subtitles of all its shots, each once (a sentence that goes over a cut stands in both shots: its beginning tells)
/// and in order. A clip without subtitles has a full stop. Times are told from the beginning of the clip.
enum DramaQAScript {
    private struct Shot {
        var begin: Double
        var end: Double
        var subtitles: [Subtitle]
    }

    static func contexts(_ path: String) throws -> ClipContexts {
        var contexts = ClipContexts(others: .silent())
        var scenes: [String: Shot] = [:]
        var texts = SharedTexts()
        var elements = try JSONElements(of: path, layout: .members)
        while let element = try elements.next() {
            let name = element.key ?? ""
            let place = QuestionPlace(path: path, line: element.line, number: element.number, id: name)
            guard let clip = DramaQAClip(name) else {
                throw QuestionError.field(place, field: "name", found: "\"\(name)\"", expected: "episode_scene_shot")
            }
            let shot = try shot(QuestionRecord(element.value, at: place), &texts)
            merge(shot, into: &scenes[clip.sceneName])
            guard clip.isScene || contexts.add(context(of: shot), for: name) else {
                throw QuestionError.twoContexts(place, clip: name)
            }
        }
        for (name, scene) in scenes { _ = contexts.add(context(of: scene), for: name) }
        return contexts
    }

    private static func shot(_ record: QuestionRecord, _ texts: inout SharedTexts) throws -> Shot {
        let listed: [JSON] = try record.required("contained_subs", expected: "an array of subtitles", \.arrayValue)
        let subtitles = try listed.map { value in
            let fields = try record.inside(value)
            let speaker = fields["speaker"] == nil ? "None" : try fields.text("speaker")
            return Subtitle(
                begin: try fields.requiredNumber("st"), end: try fields.requiredNumber("et"), text: try fields.text("utter"),
                speaker: speaker == "None" ? nil : texts.shared(speaker))
        }
        return Shot(begin: try record.requiredNumber("st"), end: try record.requiredNumber("et"), subtitles: subtitles)
    }

    private static func merge(_ shot: Shot, into scene: inout Shot?) {
        guard let merged = scene else {
            scene = shot
            return
        }
        scene = Shot(
            begin: min(merged.begin, shot.begin), end: max(merged.end, shot.end), subtitles: merged.subtitles + shot.subtitles)
    }

    private static func context(of shot: Shot) -> ClipContext {
        var begun: Set<Double> = []
        let subtitles = shot.subtitles.filter { begun.insert($0.begin).inserted }.map {
            Subtitle(begin: $0.begin - shot.begin, end: $0.end - shot.begin, text: $0.text, speaker: $0.speaker)
        }
        return subtitles.isEmpty ? .silent(until: shot.end - shot.begin) : ClipContext(subtitles: subtitles)
    }
}
