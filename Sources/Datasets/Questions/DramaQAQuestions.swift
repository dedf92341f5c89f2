import Files

/// Questions of DramaQA: `qid`, `vid` (episode_scene_shot, shot 0000 for a whole scene), `que`, `answers`, `correct_idx` (from 0,
/// missing in the test part), `q_level_mem` and `q_level_logic`, which is the difficulty that accuracy is told by.
struct DramaQAQuestions: QuestionReader {
    private var texts = SharedTexts()

    mutating func read(_ record: QuestionRecord) throws -> (AnsweredQuestion, QuestionPlace) {
        var record = record
        let id = try record.identifier("qid")
        let clip = try record.required("vid", expected: "episode_scene_shot") { $0.stringValue.flatMap { DramaQAClip($0) } }
        var groups = ["episode": clip.episode, "scene": clip.scene, "video": clip.isScene ? "scene" : "shot"]
        groups["level"] = try record.integer("q_level_logic").map { "\($0)" }
        groups["memory"] = try record.integer("q_level_mem").map { "\($0)" }
        let question = Question(
            id: id, clip: texts.shared(clip.name), text: try record.text("que"), answers: try record.texts("answers") ?? [],
            groups: texts.shared(groups))
        return (AnsweredQuestion(question, answer: try record.integer("correct_idx")), record.place)
    }
}

/// The name of a clip of DramaQA, such as `AnotherMissOh16_002_0000`.
struct DramaQAClip {
    /// The whole name.
    let name: String
    /// `AnotherMissOh16` and `AnotherMissOh16_002`.
    let episode: String, scene: String
    /// True for a whole scene.
    let isScene: Bool

    /// Nil where `name` is not of three parts.
    init?(_ name: String) {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }), let shot = Int(parts[2]) else { return nil }
        self.name = name
        episode = String(parts[0])
        scene = "\(parts[0])_\(parts[1])"
        isScene = shot == 0
    }

    /// The name of the whole scene.
    var sceneName: String { "\(scene)_0000" }
}
