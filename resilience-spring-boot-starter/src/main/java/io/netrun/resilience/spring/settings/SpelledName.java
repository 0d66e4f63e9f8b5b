package io.netrun.resilience.spring.settings;

/**
 * The name of an instance that a key of the configuration spells differently: without brackets, a key loses special
 * characters.
 *
 * @param spelled the key as it is written
 * @param name the name that it counts for
 * @param property one property with this key, with its location
 */
record SpelledName(String spelled, String name, String property) {}
