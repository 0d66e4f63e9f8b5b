package io.netrun.resilience.spring.problem;

import java.util.regex.Pattern;

/** Text from outside, for the log: a line break in it would forge a line. */
public final class OneLine {

    private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029]");

    private OneLine() {}

    /** Returns a text, or that of an object, with a question mark for each control character and line separator. */
    public static String of(Object text) {
        return BREAKS.matcher(text.toString()).replaceAll("?");
    }
}
