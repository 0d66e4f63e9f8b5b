package io.netrun.resilience.sample.demo;

/** A part of the demo. */
record Chapter(String title, Scene scene) {

    /** What happens in it. */
    interface Scene {
        void play() throws InterruptedException;
    }
}
