package io.github.resilience4j.common;

/** Stands for the interface of resilience4j, which tests have not on their class path. */
public interface CustomizerWithName {

    /** The name of the instance. */
    String name();
}
