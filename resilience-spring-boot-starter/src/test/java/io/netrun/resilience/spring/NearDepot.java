package io.netrun.resilience.spring;

/** A class of its own file, which another class loader can define alone. */
public class NearDepot extends ShopBeans.Depot {}
