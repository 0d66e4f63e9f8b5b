package io.netrun.resilience.spring.method;

import org.jspecify.annotations.Nullable;

/** How the calls of a bean reach it: through its protection, or why not. */
public enum Proxying {
    /** Through a subclass that has the protection. */
    BY_CLASS(null),
    /** Through a proxy of its interfaces that has the protection. */
    BY_INTERFACES(null),
    /** Not known, since it has not been created yet. */
    UNKNOWN(null),
    EARLY(
            new Obstacle(
                    "was created before beans are proxied, for a BeanPostProcessor or a BeanFactoryPostProcessor",
                    "Inject it there as an ObjectProvider or with @Lazy, and declare the post-processor in a static @Bean method")),
    ASPECT(new Obstacle("is an aspect, and aspects are not proxied", "Move the annotated methods to another bean")),
    FINAL(new Obstacle(
            "is of a final class, which a proxy cannot be a subclass of",
            "Make the class non-final and no record, or have the bean proxied by its interfaces with"
                    + " spring.aop.proxy-target-class: false")),
    LEFT_OUT(new Obstacle(
            "was left out when beans were proxied",
            "Find out what keeps it from being proxied, or move the annotated methods to another bean")),
    REPLACED(new Obstacle(
            "was replaced by another object after it had been proxied",
            "Let the BeanPostProcessor that does so keep the proxy, or run before beans are proxied")),
    /** The application, or a test, registered an object that it had created itself. */
    HANDED_OVER(new Obstacle(
            "was registered as a finished object, which is not proxied",
            "Let the application context create it, if it needs the protection"));

    @SuppressWarnings("ImmutableEnumChecker") // an obstacle is a record of texts
    private final @Nullable Obstacle obstacle;

    Proxying(@Nullable Obstacle obstacle) {
        this.obstacle = obstacle;
    }

    /** Whether its calls are protected for certain. */
    public boolean isProtected() {
        return this == BY_CLASS || this == BY_INTERFACES;
    }

    /** Why its calls are not protected, after "the bean"; empty if they are, or will be. */
    public String reason() {
        return obstacle == null ? "" : obstacle.reason();
    }

    /** Why its calls are not protected; null if they are, or will be. */
    @Nullable
    Obstacle obstacle() {
        return obstacle;
    }
}
