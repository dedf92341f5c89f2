#include "media_decoder.h"
#include "media_library.h"

const AVCodec *media_decoder_find(enum AVCodecID codec) {
    const char *const careful = codec == AV_CODEC_ID_VP9 ? "libvpx-vp9" : codec == AV_CODEC_ID_AV1 ? "libaom-av1" : NULL;
    const AVCodec *decoder = careful ? avcodec_find_decoder_by_name(careful) : NULL;
    return decoder ? decoder : avcodec_find_decoder(codec);
}

void media_decoder_set_mode(struct media_reader *reader) {
    AVCodecContext *decoder = reader->decoder;
    if (!decoder) return;
    // Between a recovery point and a drain the H.264 decoder would withhold frames that are whole: it learns that the point was
    // passed only when its frame is given out in the ordinary way.
    if (reader->seeking)
        decoder->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
    else
        decoder->flags &= ~AV_CODEC_FLAG_OUTPUT_CORRUPT;
    // Once it is open, this field alone counts: the flag of the same meaning is copied into it at the start.
    decoder->export_side_data &= ~(AV_CODEC_EXPORT_DATA_MVS | AV_CODEC_EXPORT_DATA_VIDEO_ENC_PARAMS);
    if (reader->keeps_vectors) decoder->export_side_data |= AV_CODEC_EXPORT_DATA_MVS;
    if (reader->keeps_quantizers) decoder->export_side_data |= AV_CODEC_EXPORT_DATA_VIDEO_ENC_PARAMS;
    // Only H.264 may leave the number of pictures held back to the decoder's guess, which drops those that come too early.
    if (decoder->codec_id == AV_CODEC_ID_H264 && decoder->has_b_frames < reader->reorder_depth)
        decoder->has_b_frames = reader->reorder_depth;
}

enum media_status media_decoder_open(struct media_reader *reader) {
    const AVCodecParameters *parameters = reader->stream->codecpar;
    const AVCodec *codec = media_decoder_find(parameters->codec_id);
    AVCodecContext *decoder = avcodec_alloc_context3(codec);
    if (!decoder) return MEDIA_NO_MEMORY;
    reader->decoder = decoder;
    if (avcodec_parameters_to_context(decoder, parameters) < 0) return MEDIA_NO_MEMORY;
    // Files are the unit of parallelism, and frame threads would make exported motion vectors a race.
    decoder->thread_count = 1;
    decoder->pkt_timebase = reader->stream->time_base;
    // Vectors are those of the whole picture, so that what is cut off must be known.
    decoder->apply_cropping = 0;
    // Encoders may put the digest of a picture beside it (HEVC).
    decoder->err_recognition |= AV_EF_CRCCHECK;
    media_decoder_set_mode(reader);
    if (avcodec_open2(decoder, codec, NULL) >= 0) return MEDIA_OK;
    avcodec_free_context(&reader->decoder);
    return MEDIA_UNSUPPORTED_CODEC;
}
