package io.netrun.resilience.annotation;

/** The values of annotation attributes that are not set, so that the configuration or its defaults apply. */
public final class Unset {

    /** An integer that is not set. */
    public static final int INT = Integer.MIN_VALUE;

    /** A number that is not set; test with {@link Double#isNaN}. */
    public static final double DOUBLE = Double.NaN;

    /** A text that is not set, where an empty one is a value. */
    public static final String TEXT = "\0";

    private Unset() {}
}
