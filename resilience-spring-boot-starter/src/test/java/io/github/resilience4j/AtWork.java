package io.github.resilience4j;

/** Stands for a bean of resilience4j, which tests have not on their class path. */
public final class AtWork {}
