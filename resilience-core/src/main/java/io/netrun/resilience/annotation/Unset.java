package io.netrun.resilience.annotation;

/** The values by which an annotation's attributes say nothing, so that configuration and defaults speak. */
public final class Unset {

    /** No whole number is said. */
    public static final int INT = Integer.MIN_VALUE;

    /** No number is said; compare with {@link Double#isNaN}. */
    public static final double DOUBLE = Double.NaN;

    private Unset() {}
}
