package org.springframework.messaging.simp;

/** In place of the class of Spring's messaging, which is not on the class path. */
public final class SimpAttributesContextHolder {

    private static final ThreadLocal<Object> ATTRIBUTES = new ThreadLocal<>();

    private SimpAttributesContextHolder() {}

    public static Object getAttributes() {
        return ATTRIBUTES.get();
    }

    public static void setAttributes(Object attributes) {
        ATTRIBUTES.set(attributes);
    }
}
