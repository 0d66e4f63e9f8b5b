package io.netrun.resilience.sample.demo;

/** The speed of the demo. */
interface Pace {

    /** Gives the reader time for a step. */
    void afterStep() throws InterruptedException;

    /** Gives the reader time for a chapter. */
    void afterChapter(String title) throws InterruptedException;
}
