export async function witnessSuite() {}
