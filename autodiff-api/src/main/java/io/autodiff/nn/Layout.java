package io.autodiff.nn;

/**
 * Where the channels of a tensor of images stand.
 *
 * <pre>{@code
 * Nn.conv2d(x, w, ConvOptions.same().layout(Layout.CHANNELS_FIRST));
 * }</pre>
 */
public enum Layout {
    /** [images, spatial axes, channels]: NWC, NHWC, NDHWC. */
    CHANNELS_LAST,
    /** [images, channels, spatial axes]: NCW, NCHW, NCDHW. It is brought to the other and back. */
    CHANNELS_FIRST
}
