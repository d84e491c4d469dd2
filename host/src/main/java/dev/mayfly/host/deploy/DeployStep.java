package dev.mayfly.host.deploy;

/** The steps of a deployment, in order. What is reached is durable as far as it says. */
public enum DeployStep {
    /** The upload is in a temporary file. */
    RECEIVED,
    /** The component is in the store. */
    STORED,
    /** The artifact is in the store. */
    COMPILED,
    /** The artifact is loaded and all its imports are there. */
    LINKED,
    /** The catalog refers to it: from here on a restart finds the new function. */
    COMMITTED,
    /** New calls get the new function. */
    ROUTED,
    /** What nobody refers to any more is out of the store. */
    CLEANED
}
