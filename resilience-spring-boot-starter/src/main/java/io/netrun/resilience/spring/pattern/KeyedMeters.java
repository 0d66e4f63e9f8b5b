package io.netrun.resilience.spring.pattern;

/** Which meters the instances of a family have, of which there is one for each key. */
public enum KeyedMeters {
    /** One set of meters for the whole family: the sum of what its instances count. */
    FAMILY,
    /** A set of meters for each instance. */
    KEY,
    /** No meters. */
    NONE;

    /** The suffix of a family's name that represents all its keys. */
    public static final String ALL_KEYS = ":*";
}
