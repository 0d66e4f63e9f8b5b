package io.netrun.resilience.spring.method;

import org.jspecify.annotations.Nullable;

/** How the calls of a bean are intercepted, or why they are not. */
public enum Proxying {
    /** By a proxy that extends its class. */
    BY_CLASS(null),
    /** By a proxy that implements its interfaces. */
    BY_INTERFACES(null),
    /** Not known, since the bean has not been created yet. */
    UNKNOWN(null),
    /** Not proxied, since it was created before the proxy creator was ready. */
    EARLY(new Obstacle(
            "was created before beans are proxied, for a BeanPostProcessor or a BeanFactoryPostProcessor",
            "Inject it there as an ObjectProvider or with @Lazy,"
                    + " and declare the post-processor in a static @Bean method")),
    ASPECT(new Obstacle("is an aspect, and aspects are not proxied", "Move the annotated methods to another bean")),
    FINAL(new Obstacle(
            "is of a final class, which a proxy cannot extend",
            "Make the class non-final and not a record, or use interface proxies:"
                    + " spring.aop.proxy-target-class: false, and an interface that has the annotated methods")),
    SEALED(new Obstacle(
            "is of a sealed class, which a proxy cannot extend",
            "Make the class neither sealed nor final, or use interface proxies:"
                    + " spring.aop.proxy-target-class: false, and an interface that has the annotated methods")),
    SEALED_INTERFACE(new Obstacle(
            "has a sealed interface, which an interface proxy cannot implement", "Make the interface non-sealed")),
    PRIVATE_CONSTRUCTORS(new Obstacle(
            "is of a class whose constructors are all private, which a proxy cannot extend",
            "Make a constructor package-private, or use interface proxies:"
                    + " spring.aop.proxy-target-class: false, and an interface that has the annotated methods")),
    LEFT_OUT(new Obstacle(
            "was skipped when beans were proxied",
            "Find out what prevents its proxy, or move the annotated methods to another bean")),
    /** Before version 7, Spring keeps for the name of a bean that it needs no proxy, whatever its class. */
    LEFT_OUT_BY_NAME(new Obstacle(
            "was skipped when beans were proxied, since a former object of another class got no proxy, which Spring"
                    + " Framework 6 keeps for all objects of the bean",
            "Declare a bean for each class, or use Spring Boot 4")),
    /** Its definition excludes it from post-processing. */
    SYNTHETIC(new Obstacle(
            "has a synthetic definition, and such beans are not proxied",
            "Remove setSynthetic(true) from the definition, or move the annotated methods to another bean")),
    /** A post-processor had put an object around it that shows nothing but interfaces. */
    HIDDEN(new Obstacle(
            "was hidden behind another object before it could be proxied",
            "Make the BeanPostProcessor that does so run after beans are proxied, with a lower precedence than"
                    + " Ordered.HIGHEST_PRECEDENCE")),
    REPLACED(new Obstacle(
            "was replaced by another object after it had been proxied",
            "Make the BeanPostProcessor that replaces it keep the proxy, or run before beans are proxied")),
    /** The application, or a test, registered an object that it had created itself. */
    HANDED_OVER(new Obstacle(
            "was registered as a finished object, which is not proxied",
            "Let the application context create it if it needs protection"));

    @SuppressWarnings("ImmutableEnumChecker") // an obstacle is a record of strings
    private final @Nullable Obstacle obstacle;

    Proxying(@Nullable Obstacle obstacle) {
        this.obstacle = obstacle;
    }

    /** Whether its calls are known to be protected. */
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
