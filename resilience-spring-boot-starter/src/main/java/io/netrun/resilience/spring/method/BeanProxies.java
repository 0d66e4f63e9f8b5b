package io.netrun.resilience.spring.method;

/** Knows of each bean whether its calls go through its protection. */
@FunctionalInterface
public interface BeanProxies {

    /** How a bean is called, as far as that is known now. */
    Proxying of(String beanName);
}
