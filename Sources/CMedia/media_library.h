#ifndef SEMISUP_MEDIA_LIBRARY_H
#define SEMISUP_MEDIA_LIBRARY_H

// libav, opened at run time: linked, its hundred libraries would be loaded by every start of the program, `--help` too, and
// OpenMP among them before its environment can be set. Files of this target include this header instead of libav's own.

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/avutil.h>
#include <libavutil/common.h>
#include <libavutil/crc.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libavutil/tx.h>
#include <libswresample/swresample.h>
#include <stdbool.h>

#define MEDIA_LIBRARY_UTILITIES(use)                                                                                    \
    use(av_free) use(av_freep) use(av_malloc) use(av_mallocz) use(av_malloc_array) use(av_memdup) use(av_frame_alloc)   \
    use(av_frame_free) use(av_frame_get_buffer) use(av_frame_get_side_data) use(av_frame_make_writable)                 \
    use(av_frame_apply_cropping) use(av_strerror) use(av_sha_alloc) use(av_sha_init) use(av_sha_update)                 \
    use(av_sha_final) use(av_rescale_q) use(av_pix_fmt_desc_get) use(av_get_pix_fmt_name) use(av_match_list)            \
    use(av_log_set_callback) use(av_dict_set) use(av_dict_set_int) use(av_dict_free) use(av_dict_count)                 \
    use(av_channel_layout_default) use(av_channel_layout_copy) use(av_tx_init) use(av_tx_uninit) use(av_crc)            \
    use(av_crc_get_table) use(avutil_version)
#define MEDIA_LIBRARY_CODECS(use)                                                                                       \
    use(avcodec_alloc_context3) use(avcodec_free_context) use(avcodec_open2) use(avcodec_send_packet)                   \
    use(avcodec_receive_packet) use(avcodec_send_frame) use(avcodec_receive_frame) use(avcodec_flush_buffers)           \
    use(avcodec_find_decoder) use(avcodec_find_encoder) use(avcodec_find_encoder_by_name) use(avcodec_get_name)         \
    use(avcodec_parameters_to_context) use(avcodec_parameters_from_context) use(av_packet_alloc) use(av_packet_free)    \
    use(av_packet_unref) use(av_packet_rescale_ts) use(av_new_packet) use(av_parser_init) use(av_parser_parse2)         \
    use(av_parser_close) use(avcodec_find_decoder_by_name) use(avcodec_version)
#define MEDIA_LIBRARY_RESAMPLING(use)                                                                                   \
    use(swr_alloc_set_opts2) use(swr_init) use(swr_convert) use(swr_free)
#define MEDIA_LIBRARY_FORMATS(use)                                                                                      \
    use(avformat_alloc_context) use(avformat_free_context) use(avformat_open_input) use(avformat_close_input)           \
    use(avformat_find_stream_info) use(avformat_alloc_output_context2) use(avformat_new_stream)                         \
    use(avformat_write_header) use(av_write_trailer) use(av_interleaved_write_frame) use(av_read_frame)                 \
    use(av_seek_frame) use(av_find_input_format) use(av_probe_input_buffer2) use(av_stream_get_side_data)               \
    use(avformat_index_get_entries_count) use(avformat_index_get_entry)                                                 \
    use(avio_open) use(avio_closep) use(avio_seek) use(avio_alloc_context) use(avio_context_free) use(avformat_version)

/// The functions that are used, by their names in libav.
struct media_library {
#define MEDIA_LIBRARY_MEMBER(name) __typeof__(&name) name;
    MEDIA_LIBRARY_UTILITIES(MEDIA_LIBRARY_MEMBER)
    MEDIA_LIBRARY_CODECS(MEDIA_LIBRARY_MEMBER)
    MEDIA_LIBRARY_RESAMPLING(MEDIA_LIBRARY_MEMBER)
    MEDIA_LIBRARY_FORMATS(MEDIA_LIBRARY_MEMBER)
#undef MEDIA_LIBRARY_MEMBER
};
extern struct media_library media_library;

/// Opens libavutil alone, or all of libav; from any thread, as often as wanted. Must precede every use of a function.
/// False where that fails; `media_library_problem` says why.
bool media_library_open_utilities(void);
bool media_library_open(void);

#ifndef MEDIA_LIBRARY_IMPLEMENTATION
#define av_free media_library.av_free
#define av_freep media_library.av_freep
#define av_malloc media_library.av_malloc
#define av_mallocz media_library.av_mallocz
#define av_malloc_array media_library.av_malloc_array
#define av_memdup media_library.av_memdup
#define av_frame_alloc media_library.av_frame_alloc
#define av_frame_free media_library.av_frame_free
#define av_frame_get_buffer media_library.av_frame_get_buffer
#define av_frame_get_side_data media_library.av_frame_get_side_data
#define av_frame_make_writable media_library.av_frame_make_writable
#define av_frame_apply_cropping media_library.av_frame_apply_cropping
#define av_strerror media_library.av_strerror
#define av_sha_alloc media_library.av_sha_alloc
#define av_sha_init media_library.av_sha_init
#define av_sha_update media_library.av_sha_update
#define av_sha_final media_library.av_sha_final
#define av_rescale_q media_library.av_rescale_q
#define av_pix_fmt_desc_get media_library.av_pix_fmt_desc_get
#define av_get_pix_fmt_name media_library.av_get_pix_fmt_name
#define av_match_list media_library.av_match_list
#define av_log_set_callback media_library.av_log_set_callback
#define av_crc media_library.av_crc
#define av_crc_get_table media_library.av_crc_get_table
#define av_dict_set media_library.av_dict_set
#define av_dict_set_int media_library.av_dict_set_int
#define av_dict_free media_library.av_dict_free
#define av_dict_count media_library.av_dict_count
#define av_channel_layout_default media_library.av_channel_layout_default
#define av_channel_layout_copy media_library.av_channel_layout_copy
#define av_tx_init media_library.av_tx_init
#define av_tx_uninit media_library.av_tx_uninit
#define avutil_version media_library.avutil_version
#define avcodec_alloc_context3 media_library.avcodec_alloc_context3
#define avcodec_free_context media_library.avcodec_free_context
#define avcodec_open2 media_library.avcodec_open2
#define avcodec_send_packet media_library.avcodec_send_packet
#define avcodec_receive_packet media_library.avcodec_receive_packet
#define avcodec_send_frame media_library.avcodec_send_frame
#define avcodec_receive_frame media_library.avcodec_receive_frame
#define avcodec_flush_buffers media_library.avcodec_flush_buffers
#define avcodec_find_decoder media_library.avcodec_find_decoder
#define avcodec_find_encoder media_library.avcodec_find_encoder
#define avcodec_find_encoder_by_name media_library.avcodec_find_encoder_by_name
#define avcodec_get_name media_library.avcodec_get_name
#define avcodec_parameters_to_context media_library.avcodec_parameters_to_context
#define avcodec_parameters_from_context media_library.avcodec_parameters_from_context
#define av_packet_alloc media_library.av_packet_alloc
#define av_packet_free media_library.av_packet_free
#define av_packet_unref media_library.av_packet_unref
#define av_packet_rescale_ts media_library.av_packet_rescale_ts
#define av_new_packet media_library.av_new_packet
#define av_parser_init media_library.av_parser_init
#define av_parser_parse2 media_library.av_parser_parse2
#define av_parser_close media_library.av_parser_close
#define avcodec_find_decoder_by_name media_library.avcodec_find_decoder_by_name
#define avcodec_version media_library.avcodec_version
#define swr_alloc_set_opts2 media_library.swr_alloc_set_opts2
#define swr_init media_library.swr_init
#define swr_convert media_library.swr_convert
#define swr_free media_library.swr_free
#define avformat_alloc_context media_library.avformat_alloc_context
#define avformat_free_context media_library.avformat_free_context
#define avformat_open_input media_library.avformat_open_input
#define avformat_close_input media_library.avformat_close_input
#define avformat_find_stream_info media_library.avformat_find_stream_info
#define avformat_alloc_output_context2 media_library.avformat_alloc_output_context2
#define avformat_new_stream media_library.avformat_new_stream
#define avformat_write_header media_library.avformat_write_header
#define av_write_trailer media_library.av_write_trailer
#define av_interleaved_write_frame media_library.av_interleaved_write_frame
#define av_read_frame media_library.av_read_frame
#define av_seek_frame media_library.av_seek_frame
#define av_find_input_format media_library.av_find_input_format
#define av_probe_input_buffer2 media_library.av_probe_input_buffer2
#define av_stream_get_side_data media_library.av_stream_get_side_data
#define avformat_index_get_entries_count media_library.avformat_index_get_entries_count
#define avformat_index_get_entry media_library.avformat_index_get_entry
#define avio_open media_library.avio_open
#define avio_closep media_library.avio_closep
#define avio_seek media_library.avio_seek
#define avio_alloc_context media_library.avio_alloc_context
#define avio_context_free media_library.avio_context_free
#define avformat_version media_library.avformat_version
#endif

#endif
