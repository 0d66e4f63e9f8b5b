package io.netrun.resilience;

/**
 * Tests the stack of the calling thread before a step that must not be interrupted halfway by a
 * {@link StackOverflowError}, such as one that takes a waiter from a queue for another thread.
 *
 * @apiNote For authors of policies.
 */
public final class StackRoom {

    /** Several times as many as a step has: the frames of its methods may be larger than those of the test. */
    private static final int FRAMES = 96;

    /** What has begun with this room has the other later, some calls deeper. */
    private static final int FRAMES_TO_BEGIN = 2 * FRAMES;

    private StackRoom() {}

    /**
     * Returns normally if there is room to begin something that needs some dozens of further calls, and
     * {@linkplain #exists() room} for its later steps.
     *
     * @throws StackOverflowError if there is not, before anything has happened
     */
    public static void require() {
        fill(FRAMES_TO_BEGIN, 1, 2, 3);
    }

    /** Returns whether there is room for a step of some dozens of calls. */
    public static boolean exists() {
        try {
            fill(FRAMES, 1, 2, 3);
            return true;
        } catch (StackOverflowError full) {
            return false;
        }
    }

    /** No tail call: each frame is kept until the last one has returned. */
    private static long fill(int frames, long one, long two, long three) {
        return frames == 0 ? one : fill(frames - 1, two, three, one + 1) ^ (one + two * three);
    }
}
