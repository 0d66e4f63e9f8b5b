package io.github.resilience4j;

/** A bean that looks like the advice of resilience4j. */
public final class BorrowedAspect {}
